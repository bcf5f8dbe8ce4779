/** Multipart bodies: what delimits, what only looks so, limits, linear time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { concatBytes, octetText, utf8Bytes } from "@parlance/wire";
import * as fc from "fast-check";
import { type Entity, type MimeHeader, readMediaType } from "../mime/index.ts";
import { formatMultipart, parseLeaves, parseMultipart } from "./index.ts";

const MIXED = readMediaType("multipart/mixed;boundary=b");

function contents(text: string, type = MIXED): string[] | string {
  const result = parseMultipart(type, utf8Bytes(text));
  return result.ok ? result.value.map(({ content }) => octetText(content)) : result.error.reason;
}

function nested(depth: number): Entity {
  if (depth === 0) return { headers: [["Content-Type", "text/plain"]], content: utf8Bytes("x") };
  const content = formatMultipart([nested(depth - 1)], `b${depth}`);
  return { headers: [["Content-Type", `multipart/mixed;boundary=b${depth}`]], content };
}

test("parts are what lies between delimiters; preamble and epilogue are nothing", () => {
  assert.deepEqual(
    contents(
      "pre\r\n--b\r\nA: b\r\n\r\none\r\n\r\n--b  \r\n\r\ntwo\n--b\n\n\r\n--b--\r\nepi\r\n--b\r\n\r\nno",
    ),
    ["one\r\n", "two", ""],
  );
  assert.deepEqual(contents("--b\r\n\r\n--b--"), [""]);
});

test("lines that only begin like the boundary are content", () => {
  const body = "--bb\r\n--b x\r\n --b\r\n--b-\r\nx--b\r\n-b";
  assert.deepEqual(contents(`--b\r\n\r\n${body}\r\n--b--`), [body]);
});

test("a boundary is text, not a pattern", () => {
  const type = readMediaType('multipart/mixed;boundary="(a+)+$ .*"');
  assert.deepEqual(contents("--(a+)+$ .*\r\n\r\naaaa!\r\n--(a+)+$ .*--", type), ["aaaa!"]);
});

test("bodies without boundary, part or end are refused", () => {
  assert.equal(contents("", readMediaType("multipart/mixed")), "no boundary");
  assert.equal(contents("", readMediaType('multipart/mixed;boundary=""')), "boundary is malformed");
  assert.equal(
    contents("", readMediaType(`multipart/mixed;boundary=${"x".repeat(71)}`)),
    "boundary is malformed",
  );
  assert.equal(contents("nothing"), "boundary is not in the body");
  assert.equal(contents("--b--"), "no parts");
  assert.equal(contents("--b\r\n\r\none\r\n--b\r\n\r\ntwo"), "closing boundary is missing");
});

test("at most 32 parts, at most 4 multiparts in one another", () => {
  const part = "--b\r\n\r\nx\r\n";
  assert.equal(contents(`${part.repeat(32)}--b--`).length, 32);
  assert.equal(contents(`${part.repeat(33)}--b--`), "too many parts");
  assert.equal(contents(`${part.repeat(5000)}--b--`), "too many parts");
  const leaves = parseLeaves(nested(4));
  assert.ok(leaves.ok && leaves.value.length === 1);
  const deeper = parseLeaves(nested(5));
  assert.ok(!deeper.ok && deeper.error.reason === "multiparts nest too deep");
  const many = formatMultipart(
    Array.from({ length: 32 }, () => nested(0)),
    "y",
  );
  const twice = {
    headers: nested(1).headers,
    content: formatMultipart(
      Array.from({ length: 2 }, () => ({
        headers: [["Content-Type", "multipart/mixed;boundary=y"]] as const,
        content: many,
      })),
      "b1",
    ),
  };
  const sum = parseLeaves(twice);
  assert.ok(!sum.ok && sum.error.reason === "too many parts");
});

test("any parts that are written read the same, also with the boundary almost in them", () => {
  const piece = fc.constantFrom(
    "\r\n",
    "--",
    "--bo",
    "-",
    "\n",
    "\r",
    "x",
    "--bound x",
    "\r\n--bound\u0000",
  );
  const content = fc.oneof(
    fc.uint8Array(),
    fc.array(piece).map((pieces) => utf8Bytes(pieces.join(""))),
  );
  const headers = fc.constantFrom<readonly MimeHeader[]>(
    [],
    [
      ["Content-Type", "a/b"],
      ["Content-ID", "<é@x>"],
    ],
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(headers, content), { minLength: 1, maxLength: 5 }), (given) => {
      const parts = given.map(([one, octets]) => ({ headers: one, content: octets }));
      const bytes = formatMultipart(parts, "bound");
      const result = parseMultipart(readMediaType("multipart/mixed;boundary=bound"), bytes);
      assert.ok(result.ok);
      assert.deepEqual(
        result.value.map((part) => ({ ...part, content: new Uint8Array(part.content) })),
        parts.map((part) => ({ ...part, content: new Uint8Array(part.content) })),
      );
    }),
    { seed: 4711, numRuns: 500 },
  );
});

test("a body cut anywhere before its end is refused", () => {
  const bytes = formatMultipart([nested(0), nested(2)], "b");
  for (let cut = 0; cut < bytes.length - 2; cut += 1) {
    assert.equal(parseMultipart(MIXED, bytes.subarray(0, cut)).ok, false, `cut at ${cut}`);
  }
});

test("a part that holds the boundary, or no part, is our mistake", () => {
  const content = utf8Bytes("x\n--b\n");
  assert.throws(() => formatMultipart([{ headers: [], content }], "b"), RangeError);
  assert.throws(
    () => formatMultipart([{ headers: [], content: utf8Bytes("--b") }], "b"),
    RangeError,
  );
  assert.throws(() => formatMultipart([], "b"), RangeError);
  assert.throws(() => formatMultipart([nested(0)], "b\r\n"), RangeError);
});

test("time grows with the length, not with its square", () => {
  for (const line of ["--bbbbbbbb\n", "\n", "--b\n\n", "A: b\n "]) {
    const body = (repeats: number): Uint8Array =>
      concatBytes(utf8Bytes("--b\r\n"), utf8Bytes(line.repeat(repeats)), utf8Bytes("\r\n--b--"));
    parseMultipart(MIXED, body(2000));
    const before = process.cpuUsage();
    parseMultipart(MIXED, body(200_000));
    assert.ok(process.cpuUsage(before).user < 1_000_000, JSON.stringify(line));
  }
});
