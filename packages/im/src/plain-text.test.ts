import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes, utf8Text } from "@parlance/wire";
import { plainTextOf } from "./plain-text.ts";

const envelope = (inner: string) =>
  utf8Bytes(`From: <sip:alice@example.com>\r\nTo: <sip:bob@example.com>\r\n\r\n${inner}`);

test("the text of an envelope comes out with its charset, octet for octet", () => {
  const inner = plainTextOf(
    "Message/CPIM",
    envelope("Content-Type: text/plain; charset=utf-8\r\n\r\nhé\r\n"),
  );
  assert.equal(inner?.type, "text/plain; charset=utf-8");
  assert.equal(utf8Text(inner?.bytes ?? new Uint8Array()), "hé\r\n");
});

test("what is no envelope, or holds something else, stays as it is", () => {
  assert.equal(plainTextOf("text/plain", utf8Bytes("hello")), undefined);
  assert.equal(plainTextOf("message/cpim", utf8Bytes("hello")), undefined);
  const html = envelope("Content-Type: text/html\r\n\r\n<b>");
  assert.equal(plainTextOf("message/cpim", html), undefined);
  const coded = envelope("Content-Type: text/plain\r\nContent-Transfer-Encoding: x\r\n\r\naA==");
  assert.equal(plainTextOf("message/cpim", coded), undefined);
});

test("RFC 5365 §7.3: a copy that tells of its other recipients still has its text", () => {
  const text = "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\naA==";
  const parts = [
    "--b",
    "Content-Type: message/cpim",
    "",
    utf8Text(envelope(text)),
    "--b",
    "Content-Type: application/resource-lists+xml",
    "",
    "<x/>",
    "--b--",
  ];
  const inner = plainTextOf("multipart/mixed;boundary=b", utf8Bytes(parts.join("\r\n")));
  assert.equal(utf8Text(inner?.bytes ?? new Uint8Array()), "h");
});
