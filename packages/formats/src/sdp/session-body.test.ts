/** Finding the session description in a body, and putting another one in its place. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { octetText, utf8Bytes } from "@parlance/wire";
import { dispositionOf, type Entity } from "../mime/index.ts";
import {
  makeSessionBody,
  parseSessionBody,
  partWithId,
  replaceDescription,
  type SessionBody,
} from "./index.ts";

const SDP = "v=0\r\no=- 1 1 IN IP4 a\r\ns=-\r\n";
const ICON: Entity = {
  headers: [
    ["Content-Type", "image/png"],
    ["Content-ID", "<icon1@192.0.2.10>"],
  ],
  content: Uint8Array.of(1, 2, 3),
};
const LIST: Entity = {
  headers: [
    ["Content-Type", "application/resource-lists+xml"],
    ["Content-Disposition", "recipient-list"],
  ],
  content: utf8Bytes("<resource-lists/>"),
};

function entity(type: string, content: string): Entity {
  return { headers: [["Content-Type", type]], content: utf8Bytes(content) };
}

function body(whole: Entity): SessionBody {
  const result = parseSessionBody(whole);
  if (!result.ok) throw result.error;
  return result.value;
}

function descriptionIn(whole: Entity): string | undefined {
  const { description } = body(whole);
  return description && octetText(description);
}

function reason(whole: Entity): string {
  const result = parseSessionBody(whole);
  return result.ok ? "fine" : result.error.reason;
}

test("a description alone, with a list, with a picture, and with both is found", () => {
  const description = utf8Bytes(SDP);
  for (const [related, others] of [
    [[], []],
    [[], [LIST]],
    [[ICON], []],
    [[ICON], [LIST]],
  ] as const) {
    const whole = makeSessionBody({ description, related, others, boundary: "b1" });
    assert.equal(descriptionIn(whole), SDP);
    assert.equal(body(whole).others.length, related.length + others.length);
    const icon = partWithId(body(whole).others, "icon1@192.0.2.10");
    assert.deepEqual(icon?.content, related[0]?.content);
  }
  assert.equal(
    makeSessionBody({ description, related: [ICON], boundary: "b" }).headers[0]?.[1],
    'multipart/related;type="application/sdp";boundary="b-related"',
  );
});

test("the same multipart printed by others: LF, folded headers, base64", () => {
  const whole = entity(
    'Multipart/Mixed; boundary="b"',
    "--b\r\nContent-Type:\r\n application/SDP\r\nContent-Transfer-Encoding: base64\r\n\r\ndj0wDQo=\r\n--b\nContent-Type: a/b\n\nx\n--b--",
  );
  assert.equal(descriptionIn(whole), "v=0\r\n");
});

test("no body, and a body without description, say so", () => {
  assert.deepEqual(body(entity("application/sdp", "")), { description: undefined, others: [] });
  const part = "Content-Type: application/sdp\r\n";
  const empty = entity("multipart/mixed;boundary=b", `--b\r\n${part}\r\n--b--`);
  assert.equal(body(empty).description, undefined);
  assert.equal(body(LIST).description, undefined);
  assert.equal(dispositionOf(body(LIST).others[0]?.headers ?? []), "recipient-list");
});

test("descriptions for something else than the session do not count. RFC 3261 §20.11", () => {
  const early: Entity = {
    headers: [
      ["Content-Type", "application/sdp"],
      ["Content-Disposition", "early-session"],
    ],
    content: utf8Bytes("v=0\r\n"),
  };
  const whole = makeSessionBody({ description: utf8Bytes(SDP), others: [early], boundary: "b" });
  assert.equal(descriptionIn(whole), SDP);
});

test("two descriptions, broken multiparts and unknown encodings are faults", () => {
  const second = entity("application/sdp", "v=0\r\n");
  const two = makeSessionBody({ description: utf8Bytes(SDP), others: [second], boundary: "b" });
  assert.equal(reason(two), "two session descriptions");
  assert.equal(
    reason(entity("multipart/mixed;boundary=b", "--b\r\n\r\nx")),
    "closing boundary is missing",
  );
  assert.equal(reason(entity("multipart/mixed", "x")), "no boundary");
  const odd: Entity = {
    headers: [
      ["Content-Type", "application/sdp"],
      ["Content-Transfer-Encoding", "x-rot13"],
    ],
    content: utf8Bytes(SDP),
  };
  assert.equal(reason(odd), "transfer encoding not known");
});

test("another description takes the place of the first, and nothing else changes", () => {
  const description = utf8Bytes(SDP);
  const whole = makeSessionBody({ description, related: [ICON], others: [LIST], boundary: "b" });
  const result = replaceDescription(whole, utf8Bytes("v=0\r\nchanged\r\n"));
  assert.ok(result.ok);
  assert.equal(
    octetText(result.value.content),
    octetText(whole.content).replace(SDP, "v=0\r\nchanged\r\n"),
  );
  assert.equal(replaceDescription(LIST, description).ok, false);
  const alone = replaceDescription(entity("application/sdp", SDP), utf8Bytes("x"));
  assert.equal(alone.ok && octetText(alone.value.content), "x");
});

test("an encoded description is replaced by an encoded one", () => {
  const encoded =
    "Content-Type: application/sdp\r\nContent-Transfer-Encoding: base64\r\n\r\ndj0wDQo=";
  const whole = entity("multipart/mixed;boundary=b", `--b\r\n${encoded}\r\n--b--`);
  const result = replaceDescription(whole, utf8Bytes(SDP.repeat(4)));
  assert.ok(result.ok);
  assert.equal(descriptionIn(result.value), SDP.repeat(4));
});
