import assert from "node:assert/strict";
import { test } from "node:test";
import { dislikesEnvelope, judgePush } from "../bringing/index.ts";
import { judgeStoring, type StoringFacts } from "./judge-storing.ts";
import { DEFAULT_DEFERRED_OPTIONS } from "./options.ts";
import { isPoison, retryDelayMs, stepsAside } from "./patience.ts";

const now = Date.parse("2030-05-04T10:00:00Z");
const DAY = 86_400_000;
const facts: StoringFacts = {
  kind: "message",
  receivedAt: now,
  sentAt: undefined,
  expiresSeconds: undefined,
  maxSeconds: 7 * 86_400,
  maxReportSeconds: 86_400,
};

/** Milliseconds that it will be kept, or the condition of the refusal. */
function life(change: Partial<StoringFacts>): number | string {
  const judgement = judgeStoring({ ...facts, ...change });
  return judgement.kind === "refusal" ? judgement.condition : judgement.expiresAt - now;
}

test("RFC 3428 §4: a message lives as long as its author wants, and no longer than we allow", () => {
  assert.equal(life({}), 7 * DAY);
  assert.equal(life({ expiresSeconds: 60 }), 60_000);
  assert.equal(life({ expiresSeconds: 30 * 86_400 }), 7 * DAY);
});

test("RFC 3428 §4: Date counts from when it was sent; a clock that runs ahead gains nothing", () => {
  assert.equal(life({ expiresSeconds: 60, sentAt: now - 20_000 }), 40_000);
  assert.equal(life({ expiresSeconds: 60, sentAt: now + DAY }), 60_000);
  assert.equal(life({ expiresSeconds: 60, sentAt: now - 60_000 }), "unreachable");
});

test("what lives for the moment is not stored; receipts have a life of their own", () => {
  assert.equal(life({ kind: "composing" }), "unreachable");
  assert.equal(life({ expiresSeconds: 0 }), "unreachable");
  assert.equal(life({ kind: "receipt" }), DAY);
  assert.equal(life({ kind: "notice" }), DAY);
});

test("the answer of the client decides: it has it, takes it never, or cannot take it now; or there is none", () => {
  for (const status of [200, 202]) assert.equal(judgePush(status), "delivered");
  for (const status of [400, 403, 404, 413, 415, 481, 482, 603, 604]) {
    assert.equal(judgePush(status), "refused", String(status));
  }
  for (const status of [486, 500, 503, 600]) {
    assert.equal(judgePush(status), "later", String(status));
  }
  for (const status of [408, 430, 480]) assert.equal(judgePush(status), "silence");
  assert.deepEqual([415, 488, 480].map(dislikesEnvelope), [true, true, false]);
});

test("failed rounds are repeated after 1, 5 and 30 minutes, then at the next registration", () => {
  const { patience } = DEFAULT_DEFERRED_OPTIONS;
  assert.deepEqual(
    [1, 2, 3, 4].map((rounds) => retryDelayMs(rounds, patience)),
    [60_000, 300_000, 1_800_000, undefined],
  );
  assert.deepEqual(
    [2, 3].map((count) => stepsAside(count, "later", patience)),
    [false, true],
  );
  assert.deepEqual(
    [11, 12].map((count) => stepsAside(count, "silence", patience)),
    [false, true],
  );
  assert.deepEqual(
    [4, 5].map((count) => isPoison(count, patience)),
    [false, true],
  );
});
