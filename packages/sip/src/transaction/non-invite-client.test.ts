/** The rows of the non-INVITE client. RFC 3261 §17.1.2 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { BASE_TIMING, nonInviteClientOn, start, step } from "./index.ts";

const plan = nonInviteClientOn({ ...BASE_TIMING, reliable: false });

test("the final answer is passed up once, repeats are absorbed (RFC 3261 §17.1.2.2)", () => {
  const trying = start(plan, 0).running;
  const proceeding = step(plan, trying, "1xx", 10);
  assert.deepEqual(proceeding.actions, ["pass up"]);
  for (const before of [trying, proceeding.running]) {
    const completed = step(plan, before, "2xx-6xx", 20);
    assert.deepEqual(completed.actions, ["pass up"]);
    assert.deepEqual(step(plan, completed.running, "2xx-6xx", 30).actions, []);
    assert.deepEqual(step(plan, completed.running, "1xx", 30).actions, []);
  }
});

test("timers E and F run on through a provisional answer (RFC 3261 §17.1.2.2)", () => {
  const trying = start(plan, 0).running;
  assert.deepEqual(step(plan, trying, "1xx", 10).running.alarms, trying.alarms);
});

test("a transport error ends it while it waits (RFC 3261 §17.1.4)", () => {
  const trying = start(plan, 0).running;
  for (const before of [trying, step(plan, trying, "1xx", 10).running]) {
    const lost = step(plan, before, "transport error", 20);
    assert.deepEqual(lost.actions, ["report transport error"]);
    assert.equal(lost.running.state, "terminated");
  }
});
