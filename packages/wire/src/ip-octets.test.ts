/** IP literals as octets and back. RFC 4291 §2.2, RFC 5952 §4 */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { ipOctets, ipText } from "./index.ts";

function written(text: string): string | undefined {
  const octets = ipOctets(text);
  return octets === undefined ? undefined : ipText(octets);
}

test("IP literals survive reading and writing, in the form of RFC 5952", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (octets) => {
      assert.deepEqual(ipOctets(ipText(octets)), new Uint8Array(octets));
    }),
  );
  assert.equal(written("2001:DB8:0:0:1:0:0:1"), "2001:db8::1:0:0:1");
  assert.equal(written("2001:db8:0:1:1:1:1:1"), "2001:db8:0:1:1:1:1:1");
  assert.equal(written("::ffff:192.0.2.1"), "::ffff:c000:201");
  assert.equal(written("::"), "::");
  for (const bad of [
    "",
    "1.2.3",
    "1.2.3.256",
    "01.2.3.4",
    ":::",
    "1::2::3",
    "g::1",
    "1:2:3:4:5:6:7",
    "host",
  ]) {
    assert.equal(ipOctets(bad), undefined, bad);
  }
});
