/** A browser's hashes and chance agree with what Node has. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as node from "../node/machine.ts";
import { everyHash, hashingFor } from "./hashes.ts";
import * as web from "./machine.ts";

test("the hashes of RFC 8760 are the same as Node's, of text and of octets", async () => {
  const { hashing } = await everyHash();
  for (const algorithm of ["md5", "sha-256", "sha-512-256"] as const) {
    for (const text of ["", "Mufasa:http-auth@example.org:Circle of Life", "Jäsøn Doe 🙂"]) {
      assert.equal(hashing.hash(algorithm, text), node.hashing.hash(algorithm, text));
    }
    const octets = Uint8Array.from({ length: 300 }, (_, index) => index % 256);
    assert.equal(hashing.hash(algorithm, octets), node.hashing.hash(algorithm, octets));
  }
});

test("what stands for a password needs its own hashes, a password all of them", async () => {
  const every = (await everyHash()).hashing;
  const realm = "im.example.com";
  assert.equal(await hashingFor("secret"), every);
  assert.equal(await hashingFor({ realm, hashes: { md5: "0", "sha-256": "1" } }), every);
  const one = await hashingFor({ realm, hashes: { "sha-256": "1" } });
  assert.equal(one.hash("sha-256", "ä"), node.hashing.hash("sha-256", "ä"));
  assert.throws(() => one.hash("md5", "ä"), RangeError);
});

test("hashes of files that come in pieces are the same as Node's", () => {
  const file = Uint8Array.from({ length: 200_000 }, (_, index) => (index * index) % 251);
  for (const algorithm of ["sha-1", "sha-256"] as const) {
    const [one, other] = [web.startHash(algorithm), node.startHash(algorithm)];
    for (let at = 0, size = 0; at < file.length; at += size, size += 7) {
      one.update(file.subarray(at, at + size));
    }
    other.update(file);
    assert.equal(one.digest(), other.digest());
  }
  const running = web.startHash("sha-1");
  running.update(new TextEncoder().encode("abc"));
  assert.equal(running.digest(), "a9993e364706816aba3e25717850c26c9cd0d89d"); // RFC 3174 §7.3
});

test("tokens are as long as asked for and made of base64url characters", () => {
  for (const { random } of [web, node]) {
    assert.match(random.token(128), /^[\w-]{22}$/);
    assert.notEqual(random.token(128), random.token(128));
    assert.equal(random.bytes(16).length, 16);
  }
});

test("waits longer than a timer of the platform are waited for in full", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  for (const { clock } of [web, node]) {
    let rung = 0;
    clock.schedule(3_000_000_000, () => {
      rung += 1;
    });
    const cancel = clock.schedule(3_000_000_000, () => assert.fail("cancelled"));
    t.mock.timers.tick(2_147_483_647); // the longest one
    t.mock.timers.tick(852_516_352);
    assert.equal(rung, 0);
    cancel();
    t.mock.timers.tick(1);
    assert.equal(rung, 1);
  }
});
