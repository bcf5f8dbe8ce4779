import assert from "node:assert/strict";
import { test } from "node:test";
import {
  expirePublications,
  judgePublish,
  type Publication,
  type PublishAsk,
} from "./compositor.ts";
import {
  type PublisherInput,
  publisherDeadline,
  startPublishing,
  stepPublisher,
} from "./publisher.ts";

const NOW = 1_764_000_000_000;

/** A compositor that remembers, as the server does between two requests. */
function compositor() {
  let held: readonly Publication<string>[] = [];
  let tags = 0;
  return (change: Partial<PublishAsk<string>>, now = NOW): string => {
    tags += 1;
    const ask = { eventKnown: true, ifMatch: undefined, expiresS: 600, body: undefined, ...change };
    const verdict = judgePublish<string>(ask, held, { etag: `e${tags}`, now });
    if (verdict.do === "refuse") return `${verdict.status} ${verdict.minExpiresS ?? ""}`.trim();
    held = verdict.publications;
    const bodies = held.map(({ body }) => body).join(",");
    return `${verdict.etag} ${verdict.expiresS} [${bodies}]${verdict.changed ? " changed" : ""}`;
  };
}

test("a publication is made, refreshed, changed and removed, with a new tag each time (RFC 3903 §6)", () => {
  const publish = compositor();
  assert.equal(publish({ body: "a" }), "e1 600 [a] changed");
  assert.equal(publish({ ifMatch: "e1" }), "e2 600 [a]");
  assert.equal(publish({ ifMatch: "e1" }), "412", "the old tag is gone");
  assert.equal(publish({ ifMatch: "e2", body: "b" }), "e4 600 [b] changed");
  assert.equal(publish({ body: "c" }), "e5 600 [b,c] changed");
  assert.equal(publish({ ifMatch: "e4", expiresS: 0 }), "e6 0 [c] changed");
});

test("a PUBLISH that breaks a rule is refused and changes nothing", () => {
  const publish = compositor();
  assert.equal(publish({ body: "a" }), "e1 600 [a] changed");
  assert.equal(publish({ eventKnown: false, body: "x" }), "489");
  assert.equal(publish({ ifMatch: "none", body: "x" }), "412");
  assert.equal(publish({ body: "x", expiresS: 59 }), "423 60");
  assert.equal(publish({ body: "unknown" }), "415");
  assert.equal(publish({}), "400");
  assert.equal(publish({ ifMatch: "e1" }), "e7 600 [a]");
});

test("time and number are bounded, and what has expired is gone", () => {
  const publish = compositor();
  assert.equal(publish({ body: "a", expiresS: undefined }), "e1 3600 [a] changed");
  assert.equal(publish({ ifMatch: "e1", expiresS: 4_000_000_000 }), "e2 86400 [a]");
  assert.equal(publish({ ifMatch: "e2" }, NOW + 86_400_000), "412");
  for (let at = 0; at < 9; at += 1) assert.match(publish({ body: `b${at}` }), /changed$/);
  assert.equal(publish({ body: "one more" }), "403");
  const held = [{ etag: "e", body: "a", expiresAt: NOW }];
  assert.equal(expirePublications(held, NOW - 1), held);
  assert.deepEqual(expirePublications(held, NOW), []);
});

/** Runs inputs at their seconds and returns the PUBLISHes, as words. */
function play(wantedS: number, script: readonly (readonly [atS: number, input: PublisherInput])[]) {
  let step = startPublishing(wantedS);
  const sent: string[] = [];
  let atS = 0;
  const note = () => {
    if (step.failed !== undefined) sent.push(`${atS}: failed ${step.failed}`);
    if (step.publish === undefined) return;
    const { ifMatch, expiresS, withContent } = step.publish;
    sent.push(`${atS}: ${ifMatch ?? "-"} ${expiresS}${withContent ? " content" : ""}`);
  };
  note();
  for (const [at, input] of script) {
    atS = at;
    step = stepPublisher(step.publishing, input, NOW + at * 1_000);
    note();
  }
  const due = publisherDeadline(step.publishing);
  return { sent, deadlineS: due === undefined ? undefined : (due - NOW) / 1_000 };
}

const time: PublisherInput = { kind: "time" };
const changed: PublisherInput = { kind: "content changed" };
const leave: PublisherInput = { kind: "leave" };

function ok(etag: string, expiresS = 600): PublisherInput {
  return { kind: "answered", status: 200, etag, expiresS };
}

function no(
  status: number,
  more: { minExpiresS?: number; retryAfterS?: number } = {},
): PublisherInput {
  return { kind: "answered", status, ...more };
}

test("a client refreshes with the newest tag and without content (RFC 3903 §4.2)", () => {
  const { sent, deadlineS } = play(600, [
    [0, ok("e1")],
    [300, time],
    [301, ok("e2")],
    [601, time],
  ]);
  assert.deepEqual(sent, ["0: - 600 content", "300: e1 600", "601: e2 600"]);
  assert.equal(deadlineS, undefined, "until the answer comes");
});

test("changes while a PUBLISH is on its way are sent together after it (RFC 3903 §4.4)", () => {
  const { sent } = play(600, [
    [0, changed],
    [0, changed],
    [1, ok("e1")],
    [2, ok("e2")],
  ]);
  assert.deepEqual(sent, ["0: - 600 content", "1: e1 600 content"]);
});

test("412 publishes anew, 423 with the longer time (RFC 3903 §4.3, §4.6)", () => {
  const { sent } = play(60, [
    [0, no(423, { minExpiresS: 300 })],
    [1, ok("e1", 300)],
    [151, time],
    [152, no(412)],
  ]);
  assert.deepEqual(sent, [
    "0: - 60 content",
    "0: - 300 content",
    "151: e1 300",
    "152: - 300 content",
  ]);
});

test("a client that slept past the end publishes anew", () => {
  const { sent } = play(600, [
    [0, ok("e1")],
    [5_000, time],
  ]);
  assert.equal(sent.at(-1), "5000: - 600 content");
});

test("a passing failure is tried again ever later, a hopeless one is told", () => {
  const { sent, deadlineS } = play(600, [
    [0, no(503, { retryAfterS: 30 })],
    [30, time],
    [31, { kind: "lost" }],
    [33, time],
    [33, no(500)],
  ]);
  assert.deepEqual(sent, ["0: - 600 content", "30: - 600 content", "33: - 600 content"]);
  assert.equal(deadlineS, 37);
  assert.deepEqual(play(600, [[0, no(403)]]).sent.at(-1), "0: failed 403");
});

test("leaving removes what is published, after what is on its way", () => {
  const { sent, deadlineS } = play(600, [
    [0, leave],
    [1, ok("e1")],
    [2, ok("e2", 0)],
  ]);
  assert.deepEqual(sent, ["0: - 600 content", "1: e1 0"]);
  assert.equal(deadlineS, undefined);
});
