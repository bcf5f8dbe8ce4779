import assert from "node:assert/strict";
import { test } from "node:test";
import { type Entity, formatMultipart } from "@parlance/formats";
import { utf8Bytes } from "@parlance/wire";
import * as fc from "fast-check";
import { essentialPart, withoutRecipientHistory } from "./essential-part.ts";

const text: Entity = { headers: [["Content-Type", "text/plain"]], content: utf8Bytes("hello") };
const others = history("recipient-list-history; handling=optional");

function history(disposition: string): Entity {
  return {
    headers: [
      ["Content-Type", "application/resource-lists+xml"],
      ["Content-Disposition", disposition],
    ],
    content: utf8Bytes("<resource-lists/>"),
  };
}

function whole(...parts: readonly Entity[]): Entity {
  const headers = [["Content-Type", 'multipart/mixed;boundary="b"']] as const;
  return { headers, content: formatMultipart(parts, "b") };
}

test("the part beside a recipient-list-history is what the message is about (RFC 5364 §4)", () => {
  for (const parts of [[text, others], [others, text], [text]]) {
    const part = essentialPart(whole(...parts));
    assert.deepEqual(part.headers, text.headers);
    assert.deepEqual(part.content, text.content);
  }
});

test("a body of one part, of several parts, or that cannot be read stays as it is", () => {
  const broken = { ...whole(text), content: utf8Bytes("--c") };
  for (const body of [text, whole(text, text), whole(others), broken]) {
    assert.equal(essentialPart(body), body);
  }
});

test("RFC 5365 §7.3: without the history, one part is the body, and several stay together", () => {
  const encoded: Entity = {
    headers: [
      ["content-type", "text/plain;"],
      ["Content-Transfer-Encoding", "base64"],
      ["Content-Language", "de"],
    ],
    content: utf8Bytes("aGVsbG8="),
  };
  assert.deepEqual(withoutRecipientHistory(whole(encoded, others)), {
    headers: [
      ["Content-Type", "text/plain"],
      ["Content-Language", "de"],
    ],
    content: text.content,
  });
  assert.deepEqual(withoutRecipientHistory(whole(others, text, text)), whole(text, text));
});

test("RFC 3261 §20.11: a history that must be understood stays, and so does all that has none", () => {
  const bound = history("recipient-list-history");
  const list = history("recipient-list; handling=optional");
  const broken = { ...whole(text, others), content: utf8Bytes("--b\r\n") };
  for (const body of [text, whole(text), whole(others), whole(text, bound, list), broken]) {
    assert.equal(withoutRecipientHistory(body), undefined);
  }
});

test("whatever octets a body has, taking the history out of it is a value", () => {
  const pieces = fc.constantFrom(
    "--b\r\n",
    "--b--",
    "--b\n",
    "\r\n\r\n",
    "Content-Disposition: recipient-list-history;handling=optional\r\n",
    "Content-Type: text/plain\r\n",
    "x",
    "\0",
  );
  fc.assert(
    fc.property(fc.array(pieces), (drawn) => {
      const content = utf8Bytes(drawn.join(""));
      const rest = withoutRecipientHistory({ headers: whole(text).headers, content });
      assert.ok(rest === undefined || rest.content.length < content.length);
    }),
  );
});
