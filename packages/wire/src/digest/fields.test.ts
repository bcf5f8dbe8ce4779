/** Digest headers as text: what is written reads the same, and what is malformed is refused. RFC 7616 §3.3, §3.4 */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import {
  type DigestFields,
  formatDigestFields,
  formatDigestHeader,
  parseDigestFields,
  parseDigestHeader,
} from "./index.ts";

function fieldsOf(text: string): DigestFields {
  const header = parseDigestHeader(text);
  assert.ok(header.ok, text);
  return header.value.params;
}

test("quotes, blanks, the case of names, and values that need no quotes are understood", () => {
  const fields = fieldsOf(
    'DIGEST  Realm = "a \\"b\\" \\\\c" ,nonce="n,=", uri=sip:a@b;c, qop="auth",NC=00000001,stale=TRUE',
  );
  assert.equal(fields.get("realm"), 'a "b" \\c');
  assert.equal(fields.get("nonce"), "n,=");
  assert.equal(fields.get("uri"), "sip:a@b;c");
  assert.equal(fields.get("nc"), "00000001");
  assert.equal(fields.get("stale"), "TRUE");
  assert.equal(fields.get("absent"), undefined);
  assert.equal(fields.size, 6);
});

test("what is malformed or repeated is refused (neither the first nor the last one wins)", () => {
  for (const bad of [
    "",
    "Digest realm",
    "Digest realm=",
    'Digest realm="open',
    'Digest realm="open\\',
    'Digest realm="a" nonce="b"',
    'Digest realm="a",,nonce="b"',
    'Digest realm="a", REALM="b"',
    'Digest ="a"',
    "Digest @=a",
  ]) {
    assert.equal(parseDigestHeader(bad).ok, false, bad);
  }
  assert.ok(parseDigestFields("").ok);
});

test("every part that is written reads the same", () => {
  const text = fc.string({ unit: "grapheme" }).filter((any) => !/[\r\n\0]/.test(any));
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(names, fc.array(text, { minLength: 6, maxLength: 6 }), (of, values) => {
      const parts = of.map((name, at) => ({ name, value: values[at] ?? "", quoted: true }));
      const fields = fieldsOf(formatDigestHeader(parts));
      for (const { name, value } of parts) assert.equal(fields.get(name), value);
    }),
  );
});

test("nothing that would end its line or its value is written", () => {
  for (const value of ["a\r\nb", "a\nb", "a\0b"]) {
    assert.throws(() => formatDigestFields([{ name: "a", value, quoted: true }]), RangeError);
  }
  for (const value of ["", "a b", 'a"b', "a,b"]) {
    assert.throws(() => formatDigestFields([{ name: "a", value, quoted: false }]), RangeError);
  }
});
