import assert from "node:assert/strict";
import { test } from "node:test";
import { SystemClock } from "./system-clock.ts";

const WITHIN = { timeout: 10_000 };

test(
  "what is scheduled runs in the order of its deadlines, and not before them",
  WITHIN,
  async (t) => {
    const clock = new SystemClock();
    t.after(() => clock.stop());
    const began = performance.now();
    const ran: number[] = [];
    await new Promise<void>((resolve) => {
      for (const delay of [30, 10, 20, 0]) {
        clock.schedule(delay, () => {
          assert.ok(performance.now() - began >= delay - 1, `${delay} ms`);
          ran.push(delay);
          if (ran.length === 4) resolve();
        });
      }
    });
    assert.deepEqual(ran, [0, 10, 20, 30]);
  },
);

test("what is cancelled does not run, and what a callback schedules does", WITHIN, async (t) => {
  const clock = new SystemClock();
  t.after(() => clock.stop());
  const ran: string[] = [];
  const cancel = clock.schedule(5, () => ran.push("cancelled"));
  cancel();
  cancel();
  await new Promise<void>((resolve) => {
    clock.schedule(5, () => {
      ran.push("first");
      clock.schedule(1, () => {
        ran.push("second");
        resolve();
      });
    });
  });
  assert.deepEqual(ran, ["first", "second"]);
});

test("a deadline beyond what a timer of Node can wait does not fire at once", WITHIN, async (t) => {
  const clock = new SystemClock();
  t.after(() => clock.stop());
  let fired = false;
  clock.schedule(3_000_000_000, () => {
    fired = true;
  });
  await new Promise<void>((resolve) => clock.schedule(20, resolve));
  assert.equal(fired, false);
});

test("the time is that of the system", () => {
  const before = Date.now();
  const now = new SystemClock().now();
  assert.ok(now >= before && now <= Date.now());
});

test("a stopped clock runs nothing and keeps no process alive", WITHIN, async () => {
  const clock = new SystemClock();
  clock.schedule(1, () => assert.fail("ran after the stop"));
  clock.stop();
  clock.schedule(1, () => assert.fail("ran after the stop"));
  const other = new SystemClock();
  await new Promise<void>((resolve) => other.schedule(20, resolve));
});
