import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { Event, Params, SubscriptionState } from "../message/index.ts";
import { type EventPackage, endsSubscription, sameEvent } from "./event.ts";
import { judgeSubscribe, type SubscribeAsk } from "./judge-subscribe.ts";
import {
  fetchNotification,
  type Notification,
  type NotifierInput,
  openSubscription,
  stepNotifier,
} from "./notifier.ts";
import { readSubscriptionStatus, writeSubscriptionStatus } from "./subscription-state.ts";

const NOW = 1_764_000_000_000;
const conference: EventPackage = {
  name: "conference",
  bodyTypes: ["application/conference-info+xml"],
  usualS: 3_600,
};
const ask: SubscribeAsk = {
  package: conference,
  expiresS: 600,
  accept: undefined,
  inDialog: false,
  known: false,
  ofUser: 0,
  ofResource: 0,
};

function told(change: Partial<SubscribeAsk>): string {
  const verdict = judgeSubscribe({ ...ask, ...change });
  if (verdict.do === "refuse") return [verdict.status, verdict.minExpiresS ?? ""].join(" ").trim();
  return "expiresS" in verdict ? `${verdict.do} ${verdict.expiresS}` : verdict.do;
}

test("a SUBSCRIBE is judged by package, dialog, time, body type and limits (RFC 6665 §4.2.1)", () => {
  assert.equal(told({}), "subscribe 600");
  assert.equal(told({ expiresS: undefined }), "subscribe 3600");
  assert.equal(told({ expiresS: 86_400 }), "subscribe 3600");
  assert.equal(told({ package: undefined }), "489");
  assert.equal(told({ inDialog: true }), "481");
  assert.equal(told({ inDialog: true, known: true }), "refresh 600");
  assert.equal(told({ expiresS: 0 }), "fetch");
  assert.equal(told({ expiresS: 0, inDialog: true, known: true }), "unsubscribe");
  assert.equal(told({ expiresS: 59 }), "423 60");
  assert.equal(told({ accept: ["text/plain"] }), "406");
  assert.equal(told({ accept: ["text/plain", "application/*"] }), "subscribe 600");
  assert.equal(told({ ofUser: 50 }), "403");
  assert.equal(told({ ofResource: 1_000 }), "403");
  assert.equal(told({ ofUser: 50, inDialog: true, known: true }), "refresh 600");
});

function opened(state: "active" | "pending" = "active"): Notification {
  const { subscription, notify } = openSubscription({ state, expiresAt: NOW + 600_000 }, NOW);
  assert.deepEqual(notify, { status: { state, expiresS: 600 }, withState: state === "active" });
  assert.ok(subscription);
  return subscription;
}

/** All NOTIFYs that come of the inputs, as words. */
function run(start: Notification, inputs: readonly NotifierInput[], now = NOW): string[] {
  let of: Notification | undefined = start;
  const out: string[] = [];
  for (const input of inputs) {
    if (of === undefined) break;
    const step = stepNotifier(of, input, now);
    of = step.subscription;
    if (step.notify === undefined) continue;
    const { status, withState } = step.notify;
    const why = status.state === "terminated" ? ` ${status.reason}` : "";
    out.push(`${status.state}${why}${withState ? " with state" : ""}`);
  }
  if (of === undefined) out.push("gone");
  return out;
}

const ok: NotifierInput = { kind: "notify answered", status: 200 };
const changed: NotifierInput = { kind: "resource changed" };

test("changes while a NOTIFY is on its way are told together in the next one", () => {
  assert.deepEqual(run(opened(), [changed, changed, changed]), []);
  assert.deepEqual(run(opened(), [changed, changed, ok, ok]), ["active with state"]);
  assert.deepEqual(run(opened(), [ok, changed]), ["active with state"]);
});

test("a pending subscriber sees no state until he is granted (RFC 6665 §4.2.2)", () => {
  const granted: NotifierInput = { kind: "granted" };
  assert.deepEqual(run(opened("pending"), [ok, changed, granted]), ["active with state"]);
  const rejected: NotifierInput = { kind: "ended", reason: "rejected" };
  assert.deepEqual(run(opened("pending"), [ok, rejected]), ["terminated rejected", "gone"]);
});

test("an end is told after the NOTIFY that is on its way, once, and takes everything with it", () => {
  const gone: NotifierInput = { kind: "ended", reason: "noresource" };
  const late: NotifierInput = { kind: "ended", reason: "timeout" };
  assert.deepEqual(run(opened(), [gone, late, changed, ok, ok]), [
    "terminated noresource with state",
    "gone",
  ]);
});

test("a subscription that is not refreshed ends by timeout, also when the clock wakes up late", () => {
  const time: NotifierInput = { kind: "time" };
  assert.deepEqual(run(opened(), [ok, time], NOW + 599_999), []);
  for (const late of [600_000, 9_999_999]) {
    assert.deepEqual(run(opened(), [ok, time], NOW + late), [
      "terminated timeout with state",
      "gone",
    ]);
  }
  const refreshed: NotifierInput = { kind: "refreshed", expiresAt: NOW + 1_200_000 };
  assert.deepEqual(run(opened(), [ok, refreshed, ok, time], NOW + 600_000), ["active with state"]);
});

test("answers that end a subscription do so without another NOTIFY (RFC 6665 §4.2.2)", () => {
  for (const status of [404, 405, 410, 416, 480, 481, 485, 489, 501, 604]) {
    assert.ok(endsSubscription(status));
    assert.deepEqual(run(opened(), [changed, { kind: "notify answered", status }]), ["gone"]);
  }
  for (const status of [400, 408, 486, 500, 503]) assert.ok(!endsSubscription(status));
  assert.deepEqual(run(opened(), [{ kind: "notify lost" }]), ["gone"]);
  const busy: NotifierInput = { kind: "notify answered", status: 503 };
  assert.deepEqual(run(opened(), [changed, busy]), ["active with state"]);
});

test("a fetch gets one NOTIFY, terminated by timeout (RFC 6665 §4.4.3)", () => {
  const { status } = fetchNotification(true);
  assert.equal(
    SubscriptionState.write(writeSubscriptionStatus(status))[0],
    "terminated;reason=timeout",
  );
});

test("Subscription-State survives writing and reading, and unknown words do no harm", () => {
  const seconds = fc.option(fc.integer({ min: 0, max: 0xffff_ffff }), { nil: undefined });
  const reason = fc.constantFrom("deactivated", "giveup", "invariant", undefined);
  const status = fc.oneof(
    fc.record(
      { state: fc.constantFrom("active", "pending"), expiresS: seconds },
      { noNullPrototype: true },
    ),
    fc.record(
      { state: fc.constant("terminated" as const), reason, retryAfterS: seconds },
      { noNullPrototype: true },
    ),
  );
  fc.assert(
    fc.property(status, (any) => {
      const [text = ""] = SubscriptionState.write(writeSubscriptionStatus(any));
      assert.deepEqual(readSubscriptionStatus(SubscriptionState.read(text)), any);
    }),
  );
  const odd = readSubscriptionStatus(SubscriptionState.read("Terminated;reason=moved;x=1"));
  assert.deepEqual(odd, { state: "terminated", reason: undefined, retryAfterS: undefined });
  for (const bad of ["1e3", "-1", "99999999999", ""]) {
    const value = { value: "active", params: Params.none.with("expires", bad) };
    assert.throws(() => readSubscriptionStatus(value), { name: "FormatError" });
  }
});

function same(a: string, b: string): boolean {
  return sameEvent(Event.read(a), Event.read(b));
}

test("events are the same by type and id, byte by byte (RFC 6665 §8.2.1)", () => {
  assert.ok(same("refer;id=7", "refer;x=y;id=7"));
  assert.ok(!same("refer;id=7", "refer"));
  assert.ok(!same("Refer", "refer"));
});
