import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { TimeOrderedIds } from "./ids.ts";

test("ids rise with time, within a millisecond, and over a clock that steps back", () => {
  const ids = new TimeOrderedIds({ bytes: (count) => randomBytes(count) });
  const times = [1000, 1000, 1001, 900, 900, 1001, 2000, 1_900_000_000_000];
  const made = times.map((now) => ids.next(now));
  assert.deepEqual(made, [...made].sort());
  assert.equal(new Set(made).size, times.length);
});

test("more ids than the count holds in one millisecond still rise", () => {
  const ids = new TimeOrderedIds({ bytes: (count) => new Uint8Array(count) });
  let last = "";
  for (let n = 0; n < 70_000; n++) {
    const id = ids.next(5);
    assert.ok(id > last);
    last = id;
  }
});

test("an id is safe in a URI and carries all 80 random bits", () => {
  const ids = new TimeOrderedIds({ bytes: (count) => new Uint8Array(count).fill(255) });
  assert.match(ids.next(1_900_000_000_000), /^[0-9a-z]{13}z{16}$/);
});
