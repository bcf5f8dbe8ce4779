/** Nicknames as they are asked for. RFC 7701 §7 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes } from "@parlance/wire";
import * as fc from "fast-check";
import { MsrpRequest, parseMsrp } from "../frame/index.ts";
import { formatUseNickname, parseUseNickname, readNickname } from "./index.ts";

function request(lines: string): MsrpRequest {
  const paths = "To-Path: msrp://a:1/x;tcp\r\nFrom-Path: msrp://b:1/y;tcp\r\n";
  const parsed = parseMsrp(
    utf8Bytes(`MSRP abcd1234 NICKNAME\r\n${paths}${lines}-------abcd1234$\r\n`),
  );
  assert.ok(parsed.ok && parsed.value instanceof MsrpRequest);
  return parsed.value;
}

test("a nickname in quotes, in any script, with its escapes undone (RFC 7701 §7.1)", () => {
  assert.deepEqual(readNickname(request('Use-Nickname: "Alice the great"\r\n')), {
    name: "Alice the great",
  });
  assert.deepEqual(readNickname(request('use-nickname: "Элис 🦉"\r\n')), { name: "Элис 🦉" });
  assert.deepEqual(readNickname(request('Use-Nickname: "a \\"b\\" \\\\c"\r\n')), {
    name: 'a "b" \\c',
  });
});

test("a nickname without quotes is understood, an empty one gives the name back (RFC 7701 §7.3)", () => {
  assert.deepEqual(readNickname(request("Use-Nickname: Alice B\r\n")), { name: "Alice B" });
  assert.deepEqual(readNickname(request('Use-Nickname: ""\r\n')), { name: "" });
});

test("what is malformed gets 424, a request that is none 400 (RFC 7701 §7.1)", () => {
  const names = ['"open', '"a" b', '"a"b"', '"a\tb"', `"${"n".repeat(1024)}"`, '"\\"', ""];
  for (const name of names)
    assert.equal(readNickname(request(`Use-Nickname: ${name}\r\n`)), 424, name);
  assert.deepEqual(readNickname(request(`Use-Nickname: "${"n".repeat(1023)}"\r\n`)), {
    name: "n".repeat(1023),
  });
  for (const lines of [
    "",
    'Use-Nickname: "a"\r\nUse-Nickname: "b"\r\n',
    'Use-Nickname: "a"\r\nFailure-Report: no\r\n',
    'Use-Nickname: "a"\r\nContent-Type: text/plain\r\n\r\nx\r\n',
  ]) {
    assert.equal(readNickname(request(lines)), 400, lines);
  }
});

test("every name that is written reads the same", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), (name) => {
      fc.pre(!/\p{Cc}|\uFFFD/u.test(name) && name.isWellFormed());
      assert.deepEqual(parseUseNickname(formatUseNickname(name)), { ok: true, value: name });
    }),
  );
  assert.throws(() => formatUseNickname("a\r\nb"), RangeError);
  assert.throws(() => formatUseNickname("n".repeat(1024)), RangeError);
});
