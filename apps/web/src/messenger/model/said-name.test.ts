import assert from "node:assert/strict";
import { test } from "node:test";
import { saidName } from "./said-name.ts";

const BOB = "sip:bob@example.com";

test("what was said under a nickname stays under it, whatever he who said it is called now", () => {
  const said = { from: BOB, fromName: "Night Owl", reach: "all" } as const;
  assert.equal(saidName(said, { name: "Lark", nickname: "Lark" }), "Night Owl");
  assert.equal(saidName(said, { name: "bob", nickname: undefined }), "Night Owl");
  assert.equal(saidName(said, undefined), "Night Owl");
  assert.equal(saidName({ ...said, reach: "private" }, undefined), "Night Owl");
});

test("what was said under his usual name is shown as the user calls him", () => {
  const said = { from: BOB, fromName: "Robert", reach: "all" } as const;
  assert.equal(saidName(said, { name: "Robert", nickname: undefined }), undefined);
  assert.equal(saidName({ ...said, fromName: "bob" }, { name: "Owl", nickname: "Owl" }), undefined);
  assert.equal(saidName({ ...said, fromName: " \u200b" }, undefined), undefined);
});

test("beside the session of a group everybody writes what he wants to be called: it is not what he is", () => {
  assert.equal(saidName({ from: BOB, fromName: "Carol", reach: "direct" }, undefined), undefined);
});
