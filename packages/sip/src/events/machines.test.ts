import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { type NotifierInput, openSubscription, stepNotifier } from "./notifier.ts";
import {
  type SubscriberInput,
  startSubscription,
  stepSubscriber,
  subscriberDeadline,
} from "./subscriber.ts";

const NOW = 1_764_000_000_000;
const status = fc.constantFrom(100, 200, 202, 204, 403, 408, 423, 481, 489, 500, 503);
const seconds = fc.option(fc.integer({ min: 0, max: 100_000 }), { nil: undefined });
const reason = fc.constantFrom("deactivated", "timeout", "rejected", "probation", undefined);

const notifierInput: fc.Arbitrary<NotifierInput> = fc.oneof(
  fc.constantFrom<NotifierInput>(
    { kind: "resource changed" },
    { kind: "granted" },
    { kind: "ended", reason: "noresource" },
    { kind: "notify lost" },
    { kind: "time" },
    { kind: "refreshed", expiresAt: NOW + 900_000 },
  ),
  status.map((code) => ({ kind: "notify answered" as const, status: code })),
);

test("whatever happens, one NOTIFY at a time is on its way, and the last says terminated", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("active", "pending"),
      fc.array(fc.tuple(notifierInput, fc.nat({ max: 1_000_000 })), { maxLength: 30 }),
      (state, script) => {
        let { subscription } = openSubscription({ state, expiresAt: NOW + 600_000 }, NOW);
        let unanswered = 1;
        for (const [input, after] of script) {
          if (subscription === undefined) break;
          if (input.kind === "notify answered" && input.status >= 200) unanswered = 0;
          const step = stepNotifier(subscription, input, NOW + after);
          if (step.notify !== undefined) unanswered += 1;
          assert.ok(unanswered <= 1);
          const over = step.notify?.status.state === "terminated";
          if (over) assert.equal(step.subscription, undefined);
          subscription = step.subscription;
        }
      },
    ),
  );
});

const subscriberInput: fc.Arbitrary<SubscriberInput> = fc.oneof(
  fc.constantFrom<SubscriberInput>(
    { kind: "lost" },
    { kind: "leave" },
    { kind: "refresh" },
    { kind: "time" },
  ),
  fc.record({
    kind: fc.constant("answered" as const),
    status,
    expiresS: seconds,
    minExpiresS: seconds,
    retryAfterS: seconds,
  }),
  fc
    .record({ state: fc.constantFrom("active", "pending"), expiresS: seconds })
    .map((value) => ({ kind: "notified" as const, status: value })),
  fc
    .record({ state: fc.constant("terminated" as const), reason, retryAfterS: seconds })
    .map((value) => ({ kind: "notified" as const, status: value })),
);

test("a deadline that was served is over: a subscriber never runs in place", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(0, 60, 3_600),
      fc.array(fc.tuple(subscriberInput, fc.nat({ max: 100_000 })), { maxLength: 30 }),
      (wantedS, script) => {
        let now = NOW;
        let { subscription } = startSubscription(wantedS, now);
        for (const [input, waitMs] of script) {
          now += waitMs;
          ({ subscription } = stepSubscriber(subscription, input, now));
          let served = 0;
          for (let at = subscriberDeadline(subscription); at !== undefined && at <= now; ) {
            ({ subscription } = stepSubscriber(subscription, { kind: "time" }, now));
            at = subscriberDeadline(subscription);
            served += 1;
            assert.ok(served <= 2, "an end and a new beginning at most");
          }
          if (subscription.leaving) assert.equal(subscription.againAt, undefined);
        }
      },
    ),
  );
});
