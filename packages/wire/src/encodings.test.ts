import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import {
  base64,
  base64url,
  FormatError,
  hex,
  parseBase64,
  parseBase64url,
  parseHex,
} from "./index.ts";

test("octets survive base64, base64url and hexadecimal, as other implementations write them", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      assert.equal(base64(bytes), Buffer.from(bytes).toString("base64"));
      assert.equal(base64url(bytes), Buffer.from(bytes).toString("base64url"));
      assert.equal(hex(bytes), Buffer.from(bytes).toString("hex"));
      assert.deepEqual(parseBase64(base64(bytes)), bytes);
      assert.deepEqual(parseBase64url(base64url(bytes)), bytes);
      assert.deepEqual(parseHex(hex(bytes).toUpperCase()), bytes);
    }),
  );
});

test("one sequence of octets has one spelling (RFC 4648 §3.5)", () => {
  for (const text of ["Zg", "Zg=", "Zh==", "Z===", "Zm9v====", "Z g=", "Zm9-", "====", "=AAA"]) {
    assert.throws(() => parseBase64(text), FormatError, text);
  }
  for (const text of ["Z", "Zh", "Zg==", "Zm+v"]) {
    assert.throws(() => parseBase64url(text), FormatError, text);
  }
  for (const text of ["0", "0g", "é0"]) assert.throws(() => parseHex(text), FormatError, text);
});
