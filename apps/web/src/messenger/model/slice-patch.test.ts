/** Two tabs of one user show the same. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { applyPatch, patchOf } from "./slice-patch.ts";
import type { Item, TalkView } from "./views.ts";

const items = fc
  .uniqueArray(fc.tuple(fc.nat(60), fc.string({ maxLength: 3 })), { selector: ([order]) => order })
  .map((all) => all.toSorted(([a], [b]) => a - b).map(([order, text]) => itemAt(order, text)));

function itemAt(order: number, text: string): Item {
  return {
    key: `r ${order}`,
    order,
    at: order,
    own: false,
    from: "sip:bob@example.com",
    fromName: undefined,
    reach: "direct",
    privateTo: [],
    body: { kind: "text", text, subject: undefined },
    sending: undefined,
  };
}

test("a conversation that is patched is the one that it was patched to", () => {
  fc.assert(
    fc.property(items, items, fc.boolean(), (before, after, whole) => {
      const was: TalkView = { items: before, whole: false, loading: true };
      const is: TalkView = { items: after, whole, loading: false };
      const patch = structuredClone(patchOf("talk sip:bob@example.com", was, is));
      assert.deepEqual(applyPatch(patch, was), is);
    }),
  );
});

test("what has not changed is not told again", () => {
  const [one, two] = [itemAt(1, "a"), itemAt(2, "b")];
  const was: TalkView = { items: [one], whole: true, loading: false };
  const patch = patchOf("talk x", was, { ...was, items: [one, two] });
  assert.equal(patch.kind === "talk" && patch.items.length, 1);
});

test("a slice that goes away is gone on the other side", () => {
  const patch = patchOf("room x", { address: "x" }, undefined);
  assert.equal(applyPatch(structuredClone(patch), { address: "x" }), undefined);
});
