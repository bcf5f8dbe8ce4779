import assert from "node:assert/strict";
import { test } from "node:test";
import { FormatError, LineReader, octetBytes, utf8Bytes, utf8Text } from "./index.ts";

test("lines come without their ends, and what follows them is left alone", () => {
  const lines = new LineReader("x", utf8Bytes("one\r\n\r\nzwölf\r\nrest"));
  assert.deepEqual([lines.next(), lines.next(), lines.next()], ["one", "", "zwölf"]);
  assert.equal(lines.lineStart, 7);
  assert.equal(utf8Text(lines.rest()), "rest");
  assert.throws(() => lines.next(), FormatError);
  assert.throws(() => lines.fail("why"), { format: "x", offset: 7, reason: "why" });
});

test("only CRLF ends a line, unless the format is met otherwise", () => {
  for (const text of ["a\nb\r\n", "a\rb\r\n", "a\r\r\n"]) {
    assert.throws(() => new LineReader("x", utf8Bytes(text)).next(), FormatError);
  }
  const lines = new LineReader("x", utf8Bytes("a\nb\r\n"), { bareLf: true });
  assert.deepEqual([lines.next(), lines.next(), lines.next()], ["a", "b", undefined]);
});

test("a line has its longest length, and is UTF-8", () => {
  const lines = new LineReader("x", utf8Bytes("abc\r\nabcd\r\n"), { maxLineBytes: 3 });
  assert.equal(lines.next(), "abc");
  assert.throws(() => lines.next(), { offset: 5 });
  assert.throws(() => new LineReader("x", octetBytes("\u00ff\r\n")).next(), FormatError);
});

test("many short lines take linear time", () => {
  const lines = new LineReader("x", utf8Bytes("\n".repeat(300_000)), { bareLf: true });
  let count = 0;
  while (lines.next() !== undefined) count += 1;
  assert.equal(count, 300_000);
});
