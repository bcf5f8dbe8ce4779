/** Which conversations stand where. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { changeRow, filterRows, newRow, titleOf, totalUnread } from "./conversation-list.ts";

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

test("a name that draws nothing does not hide the address", () => {
  assert.equal(titleOf({ address: BOB, name: "\u200b" }, "example.com"), "bob");
  assert.equal(titleOf({ address: TEAM, name: "Team" }, "example.com"), "Team");
});
