import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { Timers } from "./index.ts";

test("timers run in the order of their deadlines, then of their making", () => {
  const timers = new Timers();
  const ran: string[] = [];
  timers.add(0, 20, () => ran.push("c"));
  timers.add(0, 10, () => ran.push("a"));
  timers.add(10, 10, () => ran.push("d"));
  timers.add(5, 5, () => ran.push("b"));
  assert.equal(timers.nextDeadline(), 10);
  timers.advance(9);
  assert.deepEqual(ran, []);
  timers.advance(100);
  assert.deepEqual(ran, ["a", "b", "c", "d"]);
  assert.equal(timers.nextDeadline(), undefined);
});

test("a cancelled timer never runs, and cancelling twice does nothing", () => {
  const timers = new Timers();
  const ran: number[] = [];
  const cancels = [1, 2, 3].map((one) => timers.add(0, 10, () => ran.push(one)));
  cancels[1]?.();
  cancels[1]?.();
  timers.advance(10);
  cancels[0]?.();
  assert.deepEqual(ran, [1, 3]);
  assert.equal(timers.count, 0);
});

test("what a callback adds waits for the next turn, so a turn always ends", () => {
  const timers = new Timers();
  let turns = 0;
  const again = () => {
    turns += 1;
    timers.add(0, 0, again);
  };
  again();
  timers.advance(0);
  timers.advance(0);
  assert.equal(turns, 3);
});

test("a callback can cancel a timer that is due in the same turn", () => {
  const timers = new Timers();
  const ran: string[] = [];
  const cancels: (() => void)[] = [];
  timers.add(0, 1, () => cancels.forEach((cancel) => cancel()));
  cancels.push(timers.add(0, 2, () => ran.push("late")));
  timers.advance(5);
  assert.deepEqual(ran, []);
});

test("a clock that steps back makes no timer run early or out of order", () => {
  const timers = new Timers();
  const ran: number[] = [];
  timers.add(100, 10, () => ran.push(1));
  timers.add(50, 10, () => ran.push(2));
  timers.advance(109);
  assert.deepEqual(ran, []);
  timers.advance(110);
  assert.deepEqual(ran, [1, 2]);
});

test("any mix of adding, cancelling and time runs exactly what is due", () => {
  const step = fc.record({
    wait: fc.nat(20),
    delay: fc.constantFrom(0, 5, 10, 500),
    cancel: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const timers = new Timers();
      const due = new Map<number, number>();
      let now = 0;
      for (const [index, { wait, delay, cancel }] of steps.entries()) {
        const drop = timers.add(now, delay, () => {
          assert.ok((due.get(index) ?? Number.POSITIVE_INFINITY) <= now);
          due.delete(index);
        });
        due.set(index, now + delay);
        if (cancel) {
          drop();
          due.delete(index);
        }
        now += wait;
        timers.advance(now);
        assert.equal(timers.count, due.size);
        assert.equal(timers.nextDeadline(), due.size === 0 ? undefined : Math.min(...due.values()));
      }
    }),
  );
});
