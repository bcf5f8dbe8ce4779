import assert from "node:assert/strict";
import { test } from "node:test";
import { hashing, seededRandom } from "../../../../tools/test/node-ports.ts";
import { issueNonce, type NonceKeys, type NonceScope, openNonce } from "./nonce.ts";
import { NonceLedger } from "./nonce-ledger.ts";

const NOW = 1_764_000_000_123;
const random = seededRandom("nonce");
const keys: NonceKeys = { current: random.bytes(32) };
const scope: NonceScope = { realm: "im.example.com", transport: "UDP", peer: "192.0.2.1:5060" };
const HOLDER = { transport: scope.transport, peer: scope.peer };

function issue(over: Partial<NonceScope> = {}): string {
  return issueNonce({ ...scope, ...over }, NOW, { keys, hashing, random });
}

function open(nonce: string, by: NonceKeys = keys): number | undefined {
  return openNonce(nonce, scope, { keys: by, hashing });
}

test("a nonce opens only in the realm, on the transport and for the peer it was made for", () => {
  assert.equal(open(issue()), NOW);
  assert.equal(open(issue({ realm: "other.example.com" })), undefined);
  assert.equal(open(issue({ transport: "TCP" })), undefined);
  assert.equal(open(issue({ peer: "192.0.2.1:5061" })), undefined);
});

test("a nonce changed at any single character does not open", () => {
  const nonce = issue();
  for (let at = 0; at < nonce.length; at += 1) {
    const other = nonce.charAt(at) === "A" ? "B" : "A";
    assert.equal(open(nonce.slice(0, at) + other + nonce.slice(at + 1)), undefined, `at ${at}`);
    assert.equal(open(nonce.slice(0, at)), undefined);
  }
  assert.equal(open(`${nonce}A`), undefined);
});

test("nonces are never the same and survive one change of keys", () => {
  const nonce = issue();
  assert.notEqual(nonce, issue());
  const current = random.bytes(32);
  assert.equal(open(nonce, { current, previous: keys.current }), NOW);
  assert.equal(open(nonce, { current }), undefined);
});

test("counts of a nonce must rise, with gaps allowed (RFC 7616 §3.4)", () => {
  const ledger = new NonceLedger(NOW);
  const use = (count: number) => {
    const fresh = ledger.isFresh("n", NOW + 1, count, NOW + 10);
    if (fresh) ledger.count("n", { issuedAt: NOW + 1, holder: HOLDER, count }, NOW + 10);
    return fresh;
  };
  assert.deepEqual([1, 1, 3, 2, 4].map(use), [true, false, true, false, true]);
});

test("nonces end after five minutes, and those of an earlier run at once", () => {
  const ledger = new NonceLedger(NOW);
  assert.ok(ledger.isFresh("n", NOW, 1, NOW + 299_999));
  assert.ok(!ledger.isFresh("n", NOW, 1, NOW + 300_000));
  assert.ok(!ledger.isFresh("n", NOW - 1, 1, NOW));
  assert.ok(!ledger.isFresh("n", NOW + 5, 1, NOW), "issued in the future: the clock was set back");
});

test("what falls out of the full ledger is stale, never new again", () => {
  const ledger = new NonceLedger(NOW, { nonces: 3, validMs: 300_000 });
  for (let at = 1; at <= 5; at += 1) {
    const entry = { issuedAt: NOW + at, holder: HOLDER, count: 1 };
    ledger.count(`n${at}`, entry, NOW + 10);
    assert.ok(ledger.size <= 3);
  }
  assert.ok(!ledger.isFresh("n1", NOW + 1, 2, NOW + 10));
  assert.ok(!ledger.isFresh("n2", NOW + 2, 2, NOW + 10));
  assert.ok(ledger.isFresh("n5", NOW + 5, 2, NOW + 10));
  assert.ok(ledger.isFresh("n6", NOW + 6, 1, NOW + 10));
});

test("expired nonces leave the ledger without making others stale", () => {
  const ledger = new NonceLedger(NOW, { nonces: 2, validMs: 1_000 });
  ledger.count("a", { issuedAt: NOW + 1, holder: HOLDER, count: 1 }, NOW + 1);
  ledger.count("b", { issuedAt: NOW + 1, holder: HOLDER, count: 1 }, NOW + 1);
  ledger.count("c", { issuedAt: NOW + 1_000, holder: HOLDER, count: 1 }, NOW + 1_500);
  assert.equal(ledger.size, 1);
  assert.ok(ledger.isFresh("d", NOW + 600, 1, NOW + 1_500));
});
