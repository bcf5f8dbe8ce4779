import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { bytesPerSecond, formatBar, formatBytes, formatSpan, NO_PACE, paced } from "./measure.ts";

test("sizes are told with three digits or so, in the unit that fits", () => {
  for (const [bytes, told] of [
    [0, "0 bytes"],
    [830, "830 bytes"],
    [999, "999 bytes"],
    [1_000, "1.0 kB"],
    [99_949, "99.9 kB"],
    [99_951, "100 kB"],
    [999_600, "1.0 MB"],
    [209_715_200, "210 MB"],
    [12_345_678_901, "12.3 GB"],
  ] as const) {
    assert.equal(formatBytes(bytes), told);
  }
});

test("what is left is told in minutes and seconds, and hours where there are any", () => {
  assert.deepEqual([0, 7_001, 65_000, 3_725_000].map(formatSpan), [
    "0:00",
    "0:08",
    "1:05",
    "1:02:05",
  ]);
});

test("a bar is as wide whatever it shows, and full only when all is there", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => {
      const bar = formatBar(share);
      assert.equal(bar.length, formatBar(1).length);
      assert.equal(bar.includes("░"), share < 1);
      assert.equal(bar.includes("100 %"), share === 1);
    }),
    { seed: 20_261_127 },
  );
});

test("the rate is that of the last seconds, and none is told before there is something to tell", () => {
  let pace = NO_PACE;
  for (let second = 0; second <= 20; second += 1) {
    const rate = second < 10 ? 1_000 : 5_000;
    pace = paced(pace, second * 1_000, second * rate);
    if (second === 0) assert.equal(bytesPerSecond(pace), undefined);
    if (second === 9) assert.equal(bytesPerSecond(pace), 1_000);
  }
  assert.equal(bytesPerSecond(pace), 5_000);
  assert.ok(pace.samples.length <= 6);
  assert.equal(bytesPerSecond(paced(paced(NO_PACE, 0, 0), 100, 1_000)), undefined);
  assert.equal(bytesPerSecond(paced(paced(NO_PACE, 0, 500), 4_000, 500)), undefined);
});
