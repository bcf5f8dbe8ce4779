/** Which conversations stand where. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  changeRow,
  filterRows,
  needsName,
  newRow,
  titleOf,
  totalUnread,
  withGroupName,
  withSaid,
} from "./conversation-list.ts";
import type { Item } from "./views.ts";

const BOB = "sip:bob@example.com";
const TEAM = "sip:team@example.com";
const rows = [newRow(TEAM, { at: 5, name: "Team", group: true }), newRow(BOB, { at: 3 })];

test("a conversation in which something happens comes first", () => {
  const changed = changeRow(rows, newRow(BOB), (row) => ({ ...row, at: 9, unread: 2 }));
  assert.deepEqual(
    changed.map(({ address }) => address),
    [BOB, TEAM],
  );
  assert.equal(totalUnread(changed), 2);
});

test("one that was not there is made, one that stays the same changes nothing", () => {
  const fresh = newRow("sip:eve@example.com", { at: 4 });
  assert.deepEqual(
    changeRow(rows, fresh, (row) => row).map(({ at }) => at),
    [5, 4, 3],
  );
  assert.equal(
    changeRow(rows, newRow(BOB), (row) => row),
    rows,
  );
});

test("what is searched for is found in names, addresses and the newest words, whatever the case", () => {
  assert.deepEqual(
    filterRows(rows, "TEA").map(({ address }) => address),
    [TEAM],
  );
  assert.deepEqual(
    filterRows(rows, "bób").map(({ address }) => address),
    [BOB],
  );
  assert.deepEqual(filterRows(rows, "nobody"), []);
  assert.equal(filterRows(rows, "  "), rows);
});

test("a person is called as he has called himself last, and goes on so when a device of his sends no name", () => {
  const named = withSaid(newRow(BOB), [said(BOB, "Bob"), said(BOB, undefined)]);
  assert.deepEqual([named.group, named.name], [false, "Bob"]);
  const own = withSaid(named, [{ ...said(BOB, "Me"), own: true }]);
  assert.equal(own.name, "Bob");
});

test("where others write than whom it is with is a group, which is called by nobody's name", () => {
  const lunch = withSaid(newRow(TEAM), [said(BOB, "Bob")]);
  assert.deepEqual([lunch.group, lunch.name], [true, undefined]);
  assert.equal(withSaid(lunch, [said(BOB, "Bob")]), lunch);
  const kept = withSaid(newRow(TEAM, { name: "Bob" }), [], true);
  assert.deepEqual([kept.group, kept.name], [true, undefined]);
  const room = newRow(TEAM, { group: true, name: "Team" });
  assert.equal(withSaid(room, [said(BOB, "Bob")]).name, "Team");
});

test("a group in whose session one is not goes by what the server says, one that one is in by what it says itself", () => {
  const outside = newRow(TEAM, { group: true });
  assert.equal(needsName(outside), true);
  const named = withGroupName(outside, "Team");
  assert.deepEqual([named.name, needsName(named)], ["Team", false]);
  assert.equal(withGroupName(named, "The team").name, "The team");
  assert.equal(withGroupName(named, undefined), named);
  const inside = newRow(TEAM, { group: true, name: "Own", roomState: "in" });
  assert.equal(withGroupName(inside, "Team"), inside);
  assert.equal(needsName(newRow(BOB)), false);
});

function said(from: string, fromName: string | undefined): Item {
  const body = { kind: "text", text: "hello", subject: undefined } as const;
  const key = `r ${from} ${fromName}`;
  return {
    key,
    order: 1,
    at: 1,
    own: false,
    from,
    fromName,
    reach: "direct",
    privateTo: [],
    body,
    sending: undefined,
  };
}

test("a name that draws nothing does not hide the address", () => {
  assert.equal(titleOf({ address: BOB, name: "\u200b" }, "example.com"), "bob");
  assert.equal(titleOf({ address: TEAM, name: "Team" }, "example.com"), "Team");
});
