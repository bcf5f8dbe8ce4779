import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { deflateSync, gzipSync } from "node:zlib";
import { hex } from "@parlance/wire";
import { inflate } from "./inflate.ts";
import { SystemHashing } from "./system-hashing.ts";
import { SystemRandom } from "./system-random.ts";

test("random octets and tokens are never given out twice, over many refills", () => {
  const random = new SystemRandom();
  const seen = new Set<string>();
  for (let at = 0; at < 20_000; at += 1) {
    seen.add(random.token(128));
    seen.add(hex(random.bytes(16)));
  }
  assert.equal(seen.size, 40_000);
});

test("a token has at least the bits it was asked for, in characters of a SIP token", () => {
  const random = new SystemRandom();
  for (const bits of [1, 64, 96, 128, 256]) {
    const token = random.token(bits);
    assert.match(token, /^[A-Za-z0-9_-]+$/);
    assert.ok(token.length * 6 >= bits);
  }
});

test("octets once given do not change afterwards, also large ones", () => {
  const random = new SystemRandom();
  const first = random.bytes(32);
  const copy = hex(first);
  for (let at = 0; at < 2_000; at += 1) random.bytes(32);
  assert.equal(hex(first), copy);
  assert.equal(random.bytes(100_000).length, 100_000);
});

test("hashes are those of the standards (RFC 7616 §3.9.1, FIPS 180-4)", () => {
  const hashing = new SystemHashing();
  assert.equal(hashing.hash("md5", "abc"), "900150983cd24fb0d6963f7d28e17f72");
  assert.equal(
    hashing.hash("sha-256", Uint8Array.of(97, 98, 99)),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
  assert.equal(
    hashing.hash("sha-512-256", "abc"),
    "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23",
  );
});

test("HMAC-SHA-256 is that of RFC 2104, for keys of every length", () => {
  const hashing = new SystemHashing();
  for (const length of [0, 1, 32, 63, 64, 65, 200]) {
    const key = new Uint8Array(length).fill(length);
    for (const data of ["", "short", "ä".repeat(500)]) {
      const expected = createHmac("sha256", key).update(data).digest("hex");
      assert.equal(hex(hashing.hmacSha256(key, data)), expected);
      assert.equal(hex(hashing.hmacSha256(key, Buffer.from(data))), expected);
    }
  }
});

test("both codings are undone", () => {
  const text = Buffer.from("a body that is worth it, a body that is worth it");
  assert.deepEqual(inflate(deflateSync(text), "deflate", 100), new Uint8Array(text));
  assert.deepEqual(inflate(gzipSync(text), "gzip", 100), new Uint8Array(text));
});

test("nothing comes out beyond the bound, beyond twenty times what went in, or of broken octets", () => {
  const text = Buffer.from("0123456789".repeat(10));
  assert.ok(inflate(deflateSync(text), "deflate", 100));
  assert.equal(inflate(deflateSync(text), "deflate", 99), undefined);
  assert.equal(inflate(gzipSync(Buffer.alloc(1_000_000)), "gzip", 10_000_000), undefined);
  assert.equal(inflate(gzipSync(text), "deflate", 100), undefined);
  assert.equal(inflate(deflateSync(text).subarray(0, -5), "deflate", 100), undefined);
  assert.equal(inflate(new Uint8Array(0), "gzip", 100), undefined);
});
