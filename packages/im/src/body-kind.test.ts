import assert from "node:assert/strict";
import { test } from "node:test";
import { bodyKind, isFileLink, mayBeStored } from "./body-kind.ts";

test("the kind of a message is read from its type in any case, with parameters", () => {
  assert.equal(bodyKind("Application/IM-isComposing+xml; charset=utf-8"), "composing");
  assert.equal(bodyKind("message/IMDN+xml"), "receipt");
  assert.equal(bodyKind("application/vnd.oma.im.deferred-list+xml"), "notice");
  for (const type of ["text/plain;charset=UTF-8", "", "message/imdn", "multipart/mixed"]) {
    assert.equal(bodyKind(type), "message", type);
  }
});

test("composing indications and what expires at once are never stored, receipts are", () => {
  assert.equal(mayBeStored("composing", undefined), false);
  assert.equal(mayBeStored("composing", 60), false);
  assert.equal(mayBeStored("message", 0), false);
  assert.equal(mayBeStored("message", undefined), true);
  assert.equal(mayBeStored("receipt", undefined), true);
});

test("what says where a file lies is told from what brings something (RFC 4483, GSMA RCC.07 §3.2.5.2)", () => {
  for (const link of [
    "Message/External-Body; access-type=URL",
    "application/vnd.gsma.rcs-ft-http+xml",
  ]) {
    assert.equal(isFileLink(link), true, link);
  }
  for (const other of ["text/plain", "image/png", "message/cpim", ""]) {
    assert.equal(isFileLink(other), false, other);
  }
});
