import assert from "node:assert/strict";
import { test } from "node:test";
import { FAILURE_LIMITS, FailureLimiter } from "./failure-limiter.ts";

const NOW = 1_764_000_000_000;
const MINUTE = 60_000;
const alice = { username: "alice", host: "192.0.2.1" };

function fail(limiter: FailureLimiter, times: number, at: number, who = alice): void {
  for (let time = 0; time < times; time += 1) limiter.failed(who, at);
}

test("ten failures in a minute lock the pair of user and source, and only that", () => {
  const limiter = new FailureLimiter();
  fail(limiter, 9, NOW);
  assert.equal(limiter.waitMs(alice, NOW), undefined);
  fail(limiter, 1, NOW);
  assert.equal(limiter.waitMs(alice, NOW), 30_000);
  assert.equal(limiter.waitMs({ ...alice, username: "bob" }, NOW), undefined);
  assert.equal(limiter.waitMs({ ...alice, host: "192.0.2.2" }, NOW), undefined);
  assert.equal(limiter.waitMs(alice, NOW + 30_000), undefined);
});

test("failures spread over more than a minute do not lock", () => {
  const limiter = new FailureLimiter();
  for (let time = 0; time < 50; time += 1) limiter.failed(alice, NOW + time * 7_000);
  assert.equal(limiter.waitMs(alice, NOW + 350_000), undefined);
});

test("each further lock is twice as long, up to fifteen minutes", () => {
  const limiter = new FailureLimiter();
  let now = NOW;
  const waits: (number | undefined)[] = [];
  for (let round = 0; round < 7; round += 1) {
    fail(limiter, 10, now, { ...alice, host: "192.0.2.9" });
    const wait = limiter.waitMs({ ...alice, host: "192.0.2.9" }, now) ?? 0;
    waits.push(wait / 1_000);
    now += Math.max(wait, MINUTE); // later than the window of the source
  }
  assert.deepEqual(waits, [30, 60, 120, 240, 480, 900, 900]);
});

test("thirty failures of one source lock whatever names it tries", () => {
  const limiter = new FailureLimiter();
  for (let at = 0; at < 30; at += 1) fail(limiter, 1, NOW, { ...alice, username: `user${at}` });
  assert.equal(limiter.waitMs({ ...alice, username: "carol" }, NOW), 30_000);
  assert.equal(limiter.waitMs({ username: "carol", host: "192.0.2.2" }, NOW), undefined);
});

test("nobody is locked out of a source where he logged in lately", () => {
  const limiter = new FailureLimiter();
  limiter.succeeded(alice, NOW);
  fail(limiter, 100, NOW + MINUTE);
  assert.equal(limiter.waitMs(alice, NOW + MINUTE), undefined);
  fail(limiter, 100, NOW + FAILURE_LIMITS.loginKeptMs);
  assert.notEqual(limiter.waitMs(alice, NOW + FAILURE_LIMITS.loginKeptMs), undefined);
});

test("a name cannot be spelt so that it locks another pair", () => {
  const limiter = new FailureLimiter();
  fail(limiter, 10, NOW, { host: "192.0.2.1", username: "x\nalice" });
  assert.equal(limiter.waitMs(alice, NOW), undefined);
});

test("the tables stay within their rows", () => {
  const limiter = new FailureLimiter({ ...FAILURE_LIMITS, rows: 100 });
  fail(limiter, 10, NOW);
  for (let at = 0; at < 100; at += 1)
    fail(limiter, 1, NOW, { username: "u", host: `10.0.0.${at}` });
  assert.equal(limiter.waitMs(alice, NOW), undefined, "the oldest row made room");
});
