/** Media types, dispositions, heads of entities and transfer encodings. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { octetText, utf8Bytes } from "@parlance/wire";
import * as fc from "fast-check";
import {
  contentIdOf,
  decodedContent,
  dispositionOf,
  formatDisposition,
  formatMediaType,
  parseDisposition,
  parseMediaType,
  readMediaType,
  readMimeHead,
  writeMimeHeader,
} from "./index.ts";

test("media types are compared in lower case, parameters found in any", () => {
  const type = readMediaType(' Text/PLAIN ; Charset = "utf-8" ;FORMAT=flowed; ');
  assert.equal(type.essence, "text/plain");
  assert.deepEqual(
    [...type.parameters],
    [
      ["charset", "utf-8"],
      ["format", "flowed"],
    ],
  );
  assert.equal(readMediaType('a/b;c="d\\"e\\\\"').parameters.get("c"), 'd"e\\');
  assert.equal(
    readMediaType("multipart/mixed; boundary=a:b=c").parameters.get("boundary"),
    "a:b=c",
  );
});

test("malformed media types and repeated parameters are refused", () => {
  for (const text of [
    "",
    "text",
    "text/",
    "/plain",
    "a/b c",
    "a/b;c",
    'a/b;c="d',
    "a/b;c=d;C=e",
    "a/b;c=d e",
    "a/b x",
  ]) {
    assert.equal(parseMediaType(text).ok, false, text);
  }
});

test("any media type and disposition that is written reads the same", () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
  const value = fc.string({ unit: "grapheme-ascii" });
  const parameters = fc
    .array(fc.tuple(name, value), { maxLength: 4 })
    .map((pairs) => new Map(pairs));
  fc.assert(
    fc.property(name, name, parameters, (type, subtype, given) => {
      const media = { essence: `${type}/${subtype}`, parameters: given };
      assert.deepEqual(parseMediaType(formatMediaType(media)), { ok: true, value: media });
      const disposition = { kind: type, parameters: given };
      assert.deepEqual(parseDisposition(formatDisposition(disposition)), {
        ok: true,
        value: disposition,
      });
    }),
    { seed: 4711, numRuns: 300 },
  );
  assert.throws(
    () => formatMediaType({ essence: "a/b", parameters: new Map([["c", "d\r\ne"]]) }),
    RangeError,
  );
});

test("a file name with an escaped line break stays a file name", () => {
  const result = parseDisposition('attachment; filename="a%0d%0aX: y"');
  assert.equal(result.ok && result.value.parameters.get("filename"), "a%0d%0aX: y");
});

test("a head without empty line is all of an entity without content", () => {
  const head = readMimeHead("test", utf8Bytes("A: b\r\nC:  d\r\n\te "), 0);
  assert.deepEqual(head.headers, [
    ["A", "b"],
    ["C", "d\te"],
  ]);
  assert.equal(head.complete, false);
});

test("heads are bounded, and end where the first empty line ends", () => {
  const bytes = utf8Bytes("A: b\n\n\nrest");
  assert.equal(octetText(bytes, readMimeHead("test", bytes, 0).contentStart), "\nrest");
  const limits = { headBytes: 100, lineBytes: 20, headers: 3 };
  for (const text of [
    `A: ${"x".repeat(18)}\r\n\r\n`,
    "A: b\r\n".repeat(4),
    "no colon\r\n\r\n",
    "A: \0\r\n\r\n",
    "A b: c\r\n\r\n",
  ]) {
    assert.throws(() => readMimeHead("test", utf8Bytes(text), 0, limits), { name: "FormatError" });
  }
  assert.throws(() => writeMimeHeader("A", "b\r\nC: d"), RangeError);
});

test("transfer encodings: none, base64; others are not guessed", () => {
  const content = utf8Bytes("aGVs\r\nbG8=\r\n");
  const encoded = (encoding: string): string | undefined => {
    const decoded = decodedContent({ headers: [["content-transfer-encoding", encoding]], content });
    return decoded && octetText(decoded);
  };
  assert.equal(encoded("BASE64"), "hello");
  assert.equal(encoded("8bit"), "aGVs\r\nbG8=\r\n");
  assert.equal(encoded("x-unknown"), undefined);
  assert.equal(
    decodedContent({ headers: [["Content-Transfer-Encoding", "base64"]], content: utf8Bytes("!") }),
    undefined,
  );
});

test("Content-ID loses its brackets, an unreadable disposition says nothing", () => {
  assert.equal(contentIdOf([["content-id", "<a@b>"]]), "a@b");
  assert.equal(
    dispositionOf([["Content-Disposition", "Recipient-List;handling=required"]]),
    "recipient-list",
  );
  assert.equal(dispositionOf([["Content-Disposition", ";;"]]), undefined);
});
