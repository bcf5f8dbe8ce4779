/** What a feed tells over breaks: nothing twice, nothing hidden that is missing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FeedReader } from "./feed-reader.ts";
import type { Step } from "./step.ts";

function step(sequence: number, flow = "tcp 1"): Step {
  return {
    sequence,
    at: sequence * 1_000,
    protocol: "sip",
    direction: "in",
    flow,
    peer: "",
    local: "",
    transport: "TCP",
    title: `MESSAGE ${sequence}`,
    form: "request",
    messageIds: [],
    sessions: [],
    users: [],
    carries: [],
    bytes: 0,
    text: "",
    cut: 0,
  };
}

function told(ring: number, steps: readonly Step[], missed = 0): object {
  return { steps, missed, next: (steps.at(-1)?.sequence ?? -1) + 1, ring };
}

const titles = (steps: readonly Step[] | undefined): readonly string[] =>
  (steps ?? []).map(({ title }) => title);

test("a break without a loss is no gap: it goes on where it was", () => {
  const reader = new FeedReader();
  reader.read(told(7, [step(0), step(1)]));
  reader.lost(5_000);
  assert.equal(reader.question, "&from=2&ring=7");
  const after = reader.read({ ...told(7, [step(2)]), next: 9 });
  assert.deepEqual(titles(after?.steps), ["MESSAGE 2"]);
  assert.equal(reader.question, "&from=9&ring=7");
});

test("a server that began anew is a gap, and its steps are others than those of before", () => {
  const reader = new FeedReader();
  const before = reader.read(told(1_000, [step(0), step(1)]));
  reader.lost(5_000);
  reader.lost(6_000); // tried in vain
  const after = reader.read(told(7_000, [step(0), step(1)]));
  const all = [...(before?.steps ?? []), ...(after?.steps ?? [])];
  assert.deepEqual(titles(all), ["MESSAGE 0", "MESSAGE 1", "gap", "MESSAGE 0", "MESSAGE 1"]);
  assert.deepEqual(all[2]?.gap?.restart, { lostAt: 5_000_000, beganAt: 7_000_000 });
  const sequences = all.map(({ sequence }) => sequence);
  assert.deepEqual(
    sequences,
    [...new Set(sequences)].toSorted((a, b) => a - b),
  );
  assert.equal(new Set(all.slice(3).map(({ flow }) => flow)).has("tcp 1"), false);
  assert.equal(reader.question, "&from=2&ring=7000");
});

test("what the server overwrote before it was read is a gap, at its place", () => {
  const reader = new FeedReader();
  reader.read(told(1, [step(0)]));
  const after = reader.read(told(1, [step(40)], 39));
  assert.deepEqual(
    after?.steps.map(({ sequence, gap }) => [sequence, gap?.missed]),
    [
      [1, 39],
      [40, undefined],
    ],
  );
  assert.equal(after?.missed, 39);
});

test("what is no event of a feed is none", () => {
  const reader = new FeedReader();
  for (const one of [undefined, null, 1, {}, { steps: 1 }, { steps: [{}] }]) {
    assert.equal(reader.read(one), undefined);
  }
  assert.equal(reader.question, "");
});
