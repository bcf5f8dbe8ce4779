/** Entries of a conversation: merged as they are read, standing together as they were said. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { standingOf } from "./grouping.ts";
import { isOneOf, isRemovable } from "./item-of.ts";
import { changeItem, mergeItems } from "./merge-items.ts";
import type { FileBody, Item } from "./views.ts";

function item(order: number, more: Partial<Item> = {}): Item {
  return {
    key: `r ${order}`,
    order,
    at: order * 1_000,
    own: false,
    from: "sip:bob@example.com",
    fromName: undefined,
    reach: "direct",
    privateTo: [],
    body: { kind: "text", text: "hello", subject: undefined },
    sending: undefined,
    ...more,
  };
}

const dayOf = (at: number): string => String(Math.floor(at / 86_400_000));

test("entries stand in the order of the store, each once, however pages overlap", () => {
  const page = fc.uniqueArray(fc.nat(200)).map((orders) => orders.toSorted((a, b) => a - b));
  fc.assert(
    fc.property(page, page, (known, news) => {
      const merged = mergeItems(
        known.map((order) => item(order)),
        news.map((order) => item(order)),
      );
      const orders = [...new Set([...known, ...news])].toSorted((a, b) => a - b);
      assert.deepEqual(
        merged.map(({ order }) => order),
        orders,
      );
    }),
  );
});

test("what is read again takes the place of what was known", () => {
  const [, second] = mergeItems([item(1), item(2)], [item(2, { fromName: "Bob" })]);
  assert.equal(second?.fromName, "Bob");
});

test("one entry is changed and the others are the same", () => {
  const items = [item(1), item(2)];
  const changed = changeItem(items, "r 2", (one) => ({ ...one, fromName: "Bob" }));
  assert.equal(changed[0], items[0]);
  assert.equal(changed[1]?.fromName, "Bob");
  assert.equal(
    changeItem(items, "r 3", (one) => ({ ...one })),
    items,
  );
});

test("whoever goes on speaking within five minutes is named once", () => {
  const [one, two, three] = [item(1), item(2), item(400)];
  assert.deepEqual(standingOf(one, undefined, two, dayOf), {
    newDay: true,
    head: true,
    tail: false,
  });
  assert.deepEqual(standingOf(two, one, three, dayOf), { newDay: false, head: false, tail: true });
  assert.deepEqual(standingOf(three, two, undefined, dayOf), {
    newDay: false,
    head: true,
    tail: true,
  });
});

test("a private message never stands together with what all were told", () => {
  const [one, two] = [item(1, { reach: "all" }), item(2, { reach: "private" })];
  assert.equal(standingOf(two, one, undefined, dayOf).head, true);
  assert.equal(standingOf(one, undefined, two, dayOf).tail, true);
});

test("a new day begins anew", () => {
  const [one, two] = [item(86_399), item(86_400)];
  assert.deepEqual(standingOf(two, one, undefined, dayOf), {
    newDay: true,
    head: true,
    tail: true,
  });
});

test("what somebody has said may be removed, and what is on its way may not", () => {
  const file = { kind: "file", fileId: "1", name: "a", type: "a/b", sizeBytes: 1 } as const;
  const rest = { fault: undefined, place: undefined, expiresAt: undefined, thumbnail: undefined };
  const recipients = [] as const;
  const sending = { state: "queued", partly: false, recipients: [], failure: undefined } as const;
  const fileIn = (state: FileBody["state"]): Partial<Item> => ({
    body: { ...file, ...rest, recipients, state, inMessage: false },
  });
  assert.equal(isRemovable(item(1)), true);
  assert.equal(isRemovable(item(1, { sending: { ...sending, state: "failed" } })), true);
  assert.equal(isRemovable(item(1, fileIn("complete"))), true);
  assert.equal(isRemovable(item(1, fileIn("offered"))), true); // by a link, which waits for nobody
  assert.equal(isRemovable(item(1, { key: "f 1", ...fileIn("offered") })), false);
  assert.equal(isRemovable(item(1, fileIn("receiving"))), false);
  assert.equal(isRemovable(item(1, { sending })), false);
  assert.equal(isRemovable(item(1, { reach: "system" })), false);
  assert.equal(isRemovable(item(1, { body: { kind: "notice", what: "missed" } })), false);
  assert.equal(isOneOf({ key: "r sip:bob@example.com 7" }, ["7"]), true);
  assert.equal(isOneOf({ key: "s 17" }, ["7"]), false);
});
