import assert from "node:assert/strict";
import { test } from "node:test";
import { reactTo } from "./reactions.ts";

test("each refusal of an initial request has the reaction that the client promises", () => {
  assert.deepEqual([401, 407].map(doing), ["authenticate", "authenticate"]);
  assert.equal(doing(403), "refused");
  assert.equal(doing(404), "no such user or group");
  assert.deepEqual([408, 480, 487].map(doing), Array(3).fill("not reachable"));
  assert.deepEqual([413, 415, 488].map(doing), Array(3).fill("not supported"));
  assert.equal(doing(422), "raise interval");
  assert.deepEqual([486, 600].map(doing), ["busy", "busy"]);
  assert.equal(doing(603), "declined");
  assert.deepEqual([500, 503, 599].map(doing), Array(3).fill("retry"));
  assert.deepEqual([300, 302].map(doing), ["redirect", "redirect"]);
  assert.equal(doing(499), "refused");
});

test("a MESSAGE that is too long is sent again as a large message", () => {
  const large = { do: "large message" };
  assert.deepEqual(reactTo({ status: 413, pager: true, sizeRefused: false }), large);
  assert.deepEqual(reactTo({ status: 513, pager: true, sizeRefused: false }), large);
  assert.deepEqual(reactTo({ status: 403, pager: true, sizeRefused: true }), large);
  assert.equal(reactTo({ status: 403, pager: true, sizeRefused: false }).do, "tell");
});

function doing(status: number): string {
  const reaction = reactTo({ status, pager: false, sizeRefused: false });
  return reaction.do === "tell" ? reaction.reason : reaction.do;
}
