import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import {
  asciiBytes,
  asciiInto,
  concatBytes,
  equalBytes,
  FormatError,
  octetBytes,
  octetText,
  ownText,
  parsed,
  utf8Bytes,
  utf8Length,
  utf8Text,
  utf8TextLossy,
} from "./index.ts";

const text = fc.string({ unit: "binary" }).filter((one) => one.isWellFormed());

test("text survives UTF-8, and its length in octets is known beforehand (RFC 3629)", () => {
  fc.assert(
    fc.property(text, (one) => {
      assert.equal(utf8Text(utf8Bytes(one)), one);
      assert.equal(ownText(one), one);
      assert.equal(utf8Length(one), utf8Bytes(one).length);
    }),
  );
  assert.equal(utf8Length("\ud800"), utf8Bytes("\ud800").length);
  assert.equal(utf8Text(utf8Bytes("\ufeffa")), "\ufeffa");
});

test("octets that are not UTF-8 are a FormatError, or replaced when only shown", () => {
  for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82]]) {
    assert.throws(() => utf8Text(Uint8Array.from(bytes)), FormatError);
    assert.ok(utf8TextLossy(Uint8Array.from(bytes)).includes("\ufffd"));
  }
});

test("any octets survive an octet string, one character each", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (bytes, from) => {
      assert.deepEqual(octetBytes(octetText(bytes)), bytes);
      assert.equal(octetText(bytes, Math.min(from, bytes.length)), octetText(bytes).slice(from));
    }),
  );
  const long = new Uint8Array(20_000).fill(0xe9);
  assert.equal(octetText(long), "\u00e9".repeat(20_000));
  assert.throws(() => octetBytes("\u0100"), RangeError);
});

test("ASCII is written in place, and what is not is told", () => {
  const target = new Uint8Array(8);
  assert.ok(asciiInto("abc", target));
  assert.equal(utf8Text(target.subarray(0, 3)), "abc");
  assert.equal(asciiInto("é", new Uint8Array(1)), false);
  assert.equal(asciiInto("é", new Uint8Array(2)), false);
  assert.throws(() => asciiBytes("é"), RangeError);
});

test("octets are joined and compared", () => {
  const [a, b] = [Uint8Array.of(1, 2), Uint8Array.of(3)];
  assert.deepEqual(concatBytes(a, b, a), Uint8Array.of(1, 2, 3, 1, 2));
  assert.ok(equalBytes(a, Uint8Array.of(1, 2)));
  assert.ok(!equalBytes(a, Uint8Array.of(1, 3)));
  assert.ok(!equalBytes(a, b));
});

test("parsed turns a FormatError into a value and lets a bug pass", () => {
  const outcome = parsed(() => {
    throw new FormatError("x", 3, "no good");
  });
  assert.ok(!outcome.ok);
  assert.equal(outcome.error.message, "x at 3: no good");
  assert.deepEqual(
    parsed(() => 1),
    { ok: true, value: 1 },
  );
  assert.throws(() => parsed(() => assert.fail()), assert.AssertionError);
});

test("text of its own is the same text, whatever it was cut out of", () => {
  for (const cut of ["", "a84b4c76e66710", "zażółć 🜁", "a\ud800b"]) {
    assert.equal(ownText(`<<${cut}>>`.slice(2, -2)), cut);
  }
});
