/** Composition status: the document, who writes, who watches. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes } from "@parlance/wire";
import * as fc from "fast-check";
import { corpusFor } from "../../../../tools/test/corpora.ts";
import {
  COMPOSER_TIMING,
  type Composer,
  type ComposerEvent,
  composerDeadline,
  compositionAfter,
  compositionAfterMessage,
  compositionAt,
  formatIsComposing,
  IDLE_COMPOSER,
  type IsComposing,
  parseIsComposing,
  stepComposer,
} from "./index.ts";

const ACTIVE: IsComposing = {
  state: "active",
  refreshSeconds: undefined,
  lastActive: undefined,
  contentType: undefined,
};

function read(inner: string): unknown {
  const text = `<isComposing xmlns="urn:ietf:params:xml:ns:im-iscomposing">${inner}</isComposing>`;
  const result = parseIsComposing(utf8Bytes(text));
  return result.ok ? result.value : result.error.reason;
}

/** What is sent when, if each deadline is kept to the millisecond. */
function sent(
  keystrokes: readonly number[],
  messageAt: number | undefined,
  until: number,
): string[] {
  const log: string[] = [];
  const events = new Map<number, ComposerEvent>(keystrokes.map((at) => [at, "keystroke"]));
  if (messageAt !== undefined) events.set(messageAt, "message sent");
  let composer: Composer = IDLE_COMPOSER;
  for (let second = 0; second <= until; second += 1) {
    const now = second * 1000;
    const due = composerDeadline(composer);
    const event = events.get(second) ?? (due !== undefined && due <= now ? "time" : undefined);
    if (event === undefined) continue;
    const step = stepComposer(composer, event, now);
    composer = step.next;
    if (step.send !== undefined) log.push(`${second} ${step.send}`);
  }
  return log;
}

test("documents of the corpora get their verdict", (t) => {
  for (const name of ["xml-bad", "xml-rfc-examples"]) {
    for (const { file, verdict, bytes, facts } of corpusFor(t, name)) {
      if (facts["mime"] !== "application/im-iscomposing+xml" && !file.includes("isComposing"))
        continue;
      if (verdict !== "either")
        assert.equal(parseIsComposing(bytes).ok, verdict === "accept", file);
    }
  }
});

test("unknown states are idle, numbers that are none are passed over", () => {
  assert.deepEqual(read("<state>dancing</state>"), { ...ACTIVE, state: "idle" });
  assert.deepEqual(read("<state> active </state><refresh>0</refresh>"), ACTIVE);
  assert.deepEqual(read("<state>active</state><refresh>999999999999</refresh>"), ACTIVE);
  assert.deepEqual(read("<state>active</state><refresh>90</refresh>"), {
    ...ACTIVE,
    refreshSeconds: 90,
  });
  assert.equal(read(""), "no state");
  assert.equal(
    parseIsComposing(utf8Bytes("<isComposing><state>idle</state></isComposing>")).ok,
    false,
  );
});

test("any status that is written reads the same", () => {
  const text = fc.option(fc.constantFrom("text/plain", "2003-01-27T10:43:00Z", "é<&>"), {
    nil: undefined,
  });
  fc.assert(
    fc.property(
      fc.constantFrom("active" as const, "idle" as const),
      fc.option(fc.integer({ min: 1, max: 9_999_999_999 }), { nil: undefined }),
      text,
      text,
      (state, refreshSeconds, lastActive, contentType) => {
        const status = { state, refreshSeconds, lastActive, contentType };
        assert.deepEqual(parseIsComposing(formatIsComposing(status)), { ok: true, value: status });
      },
    ),
    { seed: 4711, numRuns: 100 },
  );
});

test("the first keystroke says active, 15 s without one say idle", () => {
  assert.deepEqual(sent([0, 3], undefined, 100), ["0 active", "18 idle"]);
});

test("who goes on writing says so again after each refresh interval", () => {
  const steady = Array.from({ length: 30 }, (_, at) => at * 7);
  assert.deepEqual(sent(steady, undefined, 300), [
    "0 active",
    "90 active",
    "180 active",
    "218 idle",
  ]);
});

test("the message itself ends the writing without a word", () => {
  assert.deepEqual(sent([0, 3], 5, 100), ["0 active"]);
});

test("who starts again at once waits for the gap between two status messages", () => {
  assert.deepEqual(sent([0, 2], 1, 100), ["0 active", "10 active", "17 idle"]);
  assert.deepEqual(sent([0, 16], undefined, 100), ["0 active", "15 idle", "25 active", "31 idle"]);
});

test("a clock that wakes up late sends no more, only later", () => {
  const { next } = stepComposer(IDLE_COMPOSER, "keystroke", 0);
  const late = stepComposer(next, "time", 500_000);
  assert.equal(late.send, "idle");
  assert.equal(composerDeadline(late.next), undefined);
});

test("status messages never come closer than the gap", () => {
  const events = fc.array(
    fc.tuple(fc.nat(20_000), fc.constantFrom<ComposerEvent>("keystroke", "message sent", "time")),
  );
  fc.assert(
    fc.property(events, (steps) => {
      let [composer, now, last]: [Composer, number, number] = [
        IDLE_COMPOSER,
        0,
        -COMPOSER_TIMING.gapMs,
      ];
      for (const [wait, event] of steps) {
        now += wait;
        const step = stepComposer(composer, event, now);
        composer = step.next;
        if (step.send === undefined) continue;
        assert.ok(now - last >= COMPOSER_TIMING.gapMs);
        last = now;
      }
    }),
    { seed: 4711, numRuns: 300 },
  );
});

test("the other side is seen writing until it stops, sends, or is not heard of", () => {
  const seen = compositionAfter({ ...ACTIVE, refreshSeconds: 60 }, 1000);
  assert.deepEqual(seen, { state: "active", contentType: undefined, until: 61_000 });
  assert.equal(compositionAt(seen, 60_999).state, "active");
  assert.equal(compositionAt(seen, 61_000).state, "idle");
  assert.equal(compositionAfter({ ...ACTIVE, state: "idle" }, 0).state, "idle");
  assert.equal(compositionAfterMessage().state, "idle");
});

test("without a word it lasts 120 s, else as long as the writer says, and never over an hour", () => {
  for (const [refreshSeconds, lasts] of [
    [undefined, 120],
    [60, 60],
    [300, 300],
    [9_999_999_999, 3600],
  ] as const) {
    const seen = compositionAfter({ ...ACTIVE, refreshSeconds }, 0);
    assert.equal(compositionAt(seen, lasts * 1000 - 1).state, "active");
    assert.equal(compositionAt(seen, lasts * 1000).state, "idle");
  }
});
