/** The rows of the non-INVITE server. RFC 3261 §17.2.2, RFC 4320 §4 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { BASE_TIMING, nonInviteServerOn, start, step } from "./index.ts";

const plan = nonInviteServerOn({ ...BASE_TIMING, reliable: false });
const trying = start(plan, 0).running;
const proceeding = step(plan, trying, "late", 3_500).running;

test("a repeated request gets the answer there is (RFC 3261 §17.2.2)", () => {
  assert.deepEqual(step(plan, trying, "request", 10).actions, []);
  assert.deepEqual(step(plan, proceeding, "request", 3_600).actions, ["repeat response"]);
  const completed = step(plan, trying, "2xx-6xx", 10);
  assert.deepEqual(completed.actions, ["send response"]);
  assert.deepEqual(step(plan, completed.running, "request", 20).actions, ["repeat response"]);
});

test("only the first final answer counts (RFC 3261 §17.2.2)", () => {
  const completed = step(plan, proceeding, "2xx-6xx", 3_600).running;
  assert.deepEqual(step(plan, completed, "2xx-6xx", 3_700).actions, []);
});

test("a provisional answer of the user is not sent (RFC 4320 §4.1)", () => {
  assert.deepEqual(step(plan, trying, "1xx", 10), { running: trying, actions: [] });
});

test("408 is not sent, and repeats still end here (RFC 4320 §4.2)", () => {
  const silent = step(plan, trying, "408", 10);
  assert.deepEqual(silent.actions, []);
  assert.equal(silent.running.state, "completed");
});
