import assert from "node:assert/strict";
import { test } from "node:test";
import { type Entity, formatMultipart } from "@parlance/formats";
import { utf8Bytes } from "@parlance/wire";
import { essentialPart } from "./essential-part.ts";

const text: Entity = { headers: [["Content-Type", "text/plain"]], content: utf8Bytes("hello") };
const others: Entity = {
  headers: [
    ["Content-Type", "application/resource-lists+xml"],
    ["Content-Disposition", "recipient-list-history; handling=optional"],
  ],
  content: utf8Bytes("<resource-lists/>"),
};

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
