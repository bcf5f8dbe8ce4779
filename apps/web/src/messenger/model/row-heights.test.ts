/** Where rows stand, held against adding up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { RowHeights, rowsInSight } from "./row-heights.ts";

const heights = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 300 });

test("the place of each row is the sum of those above, also after rows have grown", () => {
  fc.assert(
    fc.property(
      heights,
      fc.array(fc.tuple(fc.nat(299), fc.integer({ min: 0, max: 900 }))),
      (all, changes) => {
        const rows = new RowHeights(50);
        rows.reset(all.length, (index) => all[index]);
        const now = [...all];
        for (const [index, height] of changes) {
          const before = now[index];
          assert.equal(rows.set(index, height), before === undefined ? 0 : height - before);
          if (before !== undefined) now[index] = height;
        }
        let sum = 0;
        for (const [index, height] of now.entries()) {
          assert.equal(rows.top(index), sum);
          sum += height;
        }
        assert.equal(rows.total, sum);
      },
    ),
  );
});

test("the row at a distance is the one that covers it", () => {
  fc.assert(
    fc.property(heights, fc.nat(50_000), (all, distance) => {
      const tall = all.map((height) => height + 1);
      const rows = new RowHeights(50);
      rows.reset(tall.length, (index) => tall[index]);
      const index = rows.indexAt(distance);
      if (tall.length === 0) return assert.equal(index, 0);
      assert.ok(rows.top(index) <= distance);
      if (index < tall.length - 1) assert.ok(distance < rows.top(index + 1));
    }),
  );
});

test("rows that were never measured have the height that was estimated", () => {
  const rows = new RowHeights(60);
  rows.reset(50_000, () => undefined);
  assert.equal(rows.total, 3_000_000);
  const sight = { top: 1_500_000, height: 900, beyond: 600 };
  assert.deepEqual(rowsInSight(rows, sight), { first: 24_990, end: 25_026 });
});

test("a list without rows has none in sight", () => {
  const rows = new RowHeights(60);
  assert.deepEqual(rowsInSight(rows, { top: 0, height: 900, beyond: 600 }), { first: 0, end: 0 });
});
