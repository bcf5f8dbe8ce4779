import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type SubscriberInput,
  type Subscription,
  startSubscription,
  stepSubscriber,
  subscriberDeadline,
} from "./subscriber.ts";
import type { EndReason } from "./subscription-state.ts";
import { judgeVersion } from "./version-gate.ts";

const NOW = 1_764_000_000_000;

/** Runs inputs at their seconds and returns what was done, as words. */
function play(
  wantedS: number,
  script: readonly (readonly [atS: number, input: SubscriberInput])[],
) {
  let { subscription, effects } = startSubscription(wantedS, NOW);
  const done: string[] = [];
  let atS = 0;
  const note = () => {
    for (const effect of effects) {
      const what =
        effect.do === "subscribe"
          ? `subscribe ${effect.expiresS}${effect.fresh ? " fresh" : ""}`
          : `end ${effect.reason ?? "-"}${effect.again ? "" : " for good"}`;
      done.push(`${atS}: ${what}`);
    }
  };
  note();
  for (const [at, input] of script) {
    atS = at;
    ({ subscription, effects } = stepSubscriber(subscription, input, NOW + at * 1_000));
    note();
  }
  return { done, subscription, deadlineS: deadline(subscription) };
}

function deadline(of: Subscription): number | undefined {
  const at = subscriberDeadline(of);
  return at === undefined ? undefined : (at - NOW) / 1_000;
}

const time: SubscriberInput = { kind: "time" };
const leave: SubscriberInput = { kind: "leave" };

function answer(
  status: number,
  more: { expiresS?: number; minExpiresS?: number; retryAfterS?: number } = {},
): SubscriberInput {
  return { kind: "answered", status, ...more };
}

function active(expiresS?: number): SubscriberInput {
  return { kind: "notified", status: { state: "active", expiresS } };
}

function terminated(reason: EndReason | undefined, retryAfterS?: number): SubscriberInput {
  return { kind: "notified", status: { state: "terminated", reason, retryAfterS } };
}

test("a subscription is refreshed in its dialog in good time (RFC 6665 §4.1.2.2)", () => {
  const { done, deadlineS } = play(3_600, [
    [1, answer(200, { expiresS: 600 })],
    [1, active(600)],
    [301, time],
    [302, answer(200, { expiresS: 600 })],
    [302, active(600)],
  ]);
  assert.deepEqual(done, ["0: subscribe 3600 fresh", "301: subscribe 3600"]);
  assert.equal(deadlineS, 602);
});

test("a NOTIFY that overtakes the 200 counts as well (RFC 6665 §4.1.2.4)", () => {
  const { subscription } = play(600, [
    [1, active(600)],
    [2, answer(200, { expiresS: 600 })],
    [32, time],
  ]);
  assert.equal(subscription.phase, "active");
});

test("without any NOTIFY the attempt ends with Timer N and is made again", () => {
  const { done } = play(600, [
    [1, answer(200, { expiresS: 600 })],
    [32, time],
    [33, time],
  ]);
  assert.deepEqual(done.slice(1), ["32: end timeout", "33: subscribe 600 fresh"]);
});

test("a refresh without NOTIFY ends it too, unless the answer is 204 (RFC 5839)", () => {
  const upTo: readonly (readonly [number, SubscriberInput])[] = [
    [1, active(600)],
    [301, time],
  ];
  assert.deepEqual(play(600, [...upTo, [333, time]]).done.at(-1), "333: end timeout");
  const quiet = play(600, [...upTo, [302, answer(204, { expiresS: 600 })], [333, time]]);
  assert.equal(quiet.subscription.phase, "active");
});

test("423 is obeyed, in and out of a dialog", () => {
  const { done } = play(60, [[1, answer(423, { minExpiresS: 300 })]]);
  assert.deepEqual(done, ["0: subscribe 60 fresh", "1: subscribe 300 fresh"]);
  const mad = play(600, [[1, answer(423, { minExpiresS: 10 })]]);
  assert.equal(mad.done.at(-1), "1: end -");
});

test("a refused refresh ends the subscription only with the codes that say so", () => {
  const upTo: readonly (readonly [number, SubscriberInput])[] = [
    [1, active(600)],
    [301, time],
  ];
  assert.equal(play(600, [...upTo, [302, answer(481)]]).done.at(-1), "302: end -");
  const busy = play(600, [...upTo, [302, answer(500)], [600, time]]);
  assert.equal(busy.subscription.phase, "active");
  assert.equal(
    play(600, [...upTo, [302, answer(500)], [601, time]]).done.at(-1),
    "601: end timeout",
  );
});

/** When a subscription that ended at 100 s after a time of peace is begun anew. */
function againS(reason: EndReason | undefined, retryAfterS?: number): number | undefined {
  const { deadlineS } = play(3_600, [
    [1, active(3_600)],
    [100, terminated(reason, retryAfterS)],
  ]);
  return deadlineS;
}

test("the reason of the end decides when to try again (RFC 6665 §4.1.3)", () => {
  assert.equal(againS("deactivated", 900), 100);
  assert.equal(againS("timeout", 900), 100);
  assert.equal(againS("probation", 900), 1_000);
  assert.equal(againS("giveup", 900), 1_000);
  assert.equal(againS(undefined, 900), 1_000);
  for (const final of ["rejected", "noresource", "invariant"] as const) {
    assert.equal(againS(final, 900), undefined, final);
  }
});

test("a notifier that ends every subscription at once is asked ever less often", () => {
  const at: number[] = [];
  let { subscription } = startSubscription(3_600, NOW);
  let now = NOW;
  for (let round = 0; round < 12; round += 1) {
    ({ subscription } = stepSubscriber(subscription, terminated("deactivated"), now));
    const next = subscriberDeadline(subscription) ?? 0;
    at.push((next - now) / 1_000);
    now = next;
    ({ subscription } = stepSubscriber(subscription, time, now));
  }
  assert.deepEqual(at.slice(0, 4), [1, 2, 4, 8]);
  assert.equal(at.at(-1), 300);
});

test("a first SUBSCRIBE that is refused for good is not repeated", () => {
  assert.deepEqual(play(600, [[1, answer(489)]]).done.at(-1), "1: end rejected for good");
  assert.equal(play(600, [[1, answer(503, { retryAfterS: 120 })]]).deadlineS, 121);
});

test("leaving unsubscribes and waits for the last NOTIFY; nothing is tried after it", () => {
  const { done, deadlineS } = play(600, [
    [1, active(600)],
    [10, leave],
    [11, answer(200, { expiresS: 0 })],
    [11, terminated("timeout")],
  ]);
  assert.deepEqual(done.slice(1), ["10: subscribe 0", "11: end timeout for good"]);
  assert.equal(deadlineS, undefined);
  const early = play(600, [
    [1, leave],
    [2, active(600)],
    [34, time],
  ]);
  assert.deepEqual(early.done.slice(1), ["2: subscribe 0", "34: end timeout for good"]);
});

test("a fetch is over with its NOTIFY (RFC 6665 §4.4.3)", () => {
  const { done, deadlineS } = play(0, [
    [1, answer(200, { expiresS: 0 })],
    [1, terminated("timeout")],
  ]);
  assert.deepEqual(done, ["0: subscribe 0 fresh", "1: end timeout for good"]);
  assert.equal(deadlineS, undefined);
});

test("versions are applied in order, and a gap asks for everything", () => {
  assert.equal(judgeVersion(undefined, 5, "full"), "apply");
  assert.equal(judgeVersion(undefined, 5, "partial"), "refresh");
  assert.equal(judgeVersion(5, 6, "partial"), "apply");
  assert.equal(judgeVersion(5, 7, "partial"), "refresh");
  assert.equal(judgeVersion(5, 9, "full"), "apply");
  assert.equal(judgeVersion(5, 5, "full"), "ignore");
});

test("who is asked for everything once more and says nothing has forgotten us (RFC 6665 §4.1.2.4)", () => {
  const refresh: SubscriberInput = { kind: "refresh" };
  const { done, deadlineS } = play(3_600, [
    [0, answer(200)],
    [1, active(3_600)],
    [100, refresh],
    [101, answer(200)],
    [132, time],
    [133, time],
  ]);
  assert.deepEqual(done, [
    "0: subscribe 3600 fresh",
    "100: subscribe 3600",
    "132: end timeout",
    "133: subscribe 3600 fresh",
  ]);
  assert.equal(deadlineS, 133 + 32);
  const told = play(3_600, [
    [0, answer(200)],
    [1, active(3_600)],
    [100, refresh],
    [101, active(3_600)],
    [102, answer(200)],
  ]);
  assert.deepEqual(told.done, ["0: subscribe 3600 fresh", "100: subscribe 3600"]);
  const over = play(3_600, [
    [0, leave],
    [1, refresh],
  ]);
  assert.deepEqual(over.done, ["0: subscribe 3600 fresh"]);
});
