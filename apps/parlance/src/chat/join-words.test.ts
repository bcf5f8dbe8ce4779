import assert from "node:assert/strict";
import { test } from "node:test";
import { ImError } from "@parlance/client";
import { explainJoin } from "./join-words.ts";

function refused(warning: string): ImError {
  return new ImError("refused", { status: 403, warning });
}

test("who may not hide is told what that may mean", () => {
  assert.match(
    explainJoin(refused("anonymity not allowed"), { sentAway: false }),
    /^refused \(403\): anonymity not allowed; .*known there by name/,
  );
});

test("what the server says otherwise stays as it is", () => {
  const locked = refused("session is locked");
  assert.equal(explainJoin(locked, { sentAway: true }), "refused (403): session is locked");
  const closed = refused("not authorised to join the session");
  assert.equal(explainJoin(closed, { sentAway: false }), closed.message);
});
