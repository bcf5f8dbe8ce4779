/** What the operator's pages reckon. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { query } from "./api.ts";
import { MOST_POINTS, pathOf, roundTop, SeriesStore } from "./series.ts";
import type { MetricFamily } from "./shapes.ts";
import { durationOf, sizeOf } from "./sizes.ts";

function family(type: string, ...values: readonly number[]): MetricFamily {
  return {
    name: "m",
    help: "",
    type,
    values: values.map((value) => ({ name: "m", labels: {}, value })),
  };
}

test("what only grows is told by its growth in a second, and a restart is no fall", () => {
  const store = new SeriesStore();
  for (const [at, value] of [
    [0, 10],
    [2_000, 30],
    [3_000, 5],
    [4_000, 6],
  ] as const) {
    store.add(at, [family("counter", value)]);
  }
  assert.deepEqual(
    store.all[0]?.points.map(({ value }) => value),
    [10, 1],
  );
});

test("a gauge is told as it is, its labels added up, and what is old goes", () => {
  const store = new SeriesStore();
  for (let at = 0; at < MOST_POINTS + 20; at += 1) store.add(at, [family("gauge", at, 1)]);
  const [series] = store.all;
  assert.equal(series?.points.length, MOST_POINTS);
  assert.equal(series?.points.at(-1)?.value, MOST_POINTS + 20);
  store.add(9_999, [family("histogram", 1)]);
  assert.equal(store.all.length, 1);
});

test("a line begins at the left, ends at the right, and is highest at the top", () => {
  const points = [0, 10, 5].map((value, at) => ({ at, value }));
  assert.equal(
    pathOf(points, { width: 100, height: 40, top: 10 }),
    "M0.0 40.0L50.0 0.0L100.0 20.0",
  );
  assert.equal(pathOf([], { width: 100, height: 40, top: 10 }), "");
});

test("the top of a scale is a round number that is not below", () => {
  assert.deepEqual([0, 0.3, 1, 7, 12, 499, 501].map(roundTop), [1, 0.5, 1, 10, 20, 500, 1_000]);
});

test("sizes and durations are told in few figures", () => {
  assert.deepEqual([0, 1_023, 1_536, 5_000_000].map(sizeOf), ["0 B", "1023 B", "1.5 kB", "4.8 MB"]);
  assert.deepEqual([0, 59, 3_600, 93_784].map(durationOf), ["0 s", "59 s", "1 h", "1 d 2 h"]);
});

test("a question leaves out what is empty, and escapes the rest", () => {
  assert.equal(query("/x", { a: "1 &", b: undefined, c: "" }), "/x?a=1+%26");
  assert.equal(query("/x", {}), "/x");
});
