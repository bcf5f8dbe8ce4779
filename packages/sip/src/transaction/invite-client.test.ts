/** The rows of the INVITE client. RFC 3261 §17.1.1, RFC 6026 §8.4 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  BASE_TIMING,
  type InviteClient,
  inviteClientOn,
  type Running,
  start,
  step,
} from "./index.ts";

const udp = inviteClientOn({ ...BASE_TIMING, reliable: false });
const tcp = inviteClientOn({ ...BASE_TIMING, reliable: true });

function after(plan: typeof udp, ...inputs: InviteClient["input"][]): Running<InviteClient> {
  return inputs.reduce(
    (running, input) => step(plan, running, input, 0).running,
    start(plan, 0).running,
  );
}

test("a provisional answer ends the repeats and the timeout (RFC 3261 §17.1.1.2)", () => {
  const running = after(udp, "1xx");
  assert.deepEqual(running, { state: "proceeding", alarms: [] });
  assert.deepEqual(step(udp, running, "1xx", 9).actions, ["pass up"]);
});

test("a refusal is acknowledged each time and passed up once (RFC 6026 §8.4)", () => {
  for (const before of [[], ["1xx"]] as const) {
    const refused = step(udp, after(udp, ...before), "3xx-6xx", 10);
    assert.deepEqual(refused.actions, ["send ack", "pass up"]);
    assert.deepEqual(step(udp, refused.running, "3xx-6xx", 20).actions, ["send ack"]);
    assert.equal(step(udp, refused.running, "D", 32_010).running.state, "terminated");
    assert.equal(refused.running.alarms[0]?.at, 32_010);
  }
});

test("over a stream timer D is over at once (RFC 3261 §17.1.1.2)", () => {
  const refused = step(tcp, after(tcp, "1xx"), "3xx-6xx", 10);
  assert.deepEqual(refused, {
    running: { state: "terminated", alarms: [] },
    actions: ["send ack", "pass up"],
  });
});

test("every 2xx is passed up for 64*T1 and never acknowledged here (RFC 6026 §8.4)", () => {
  const accepted = step(udp, after(udp, "1xx"), "2xx", 10);
  assert.deepEqual(accepted.actions, ["pass up"]);
  assert.deepEqual(step(udp, accepted.running, "2xx", 20).actions, ["pass up"]);
  assert.deepEqual(step(udp, accepted.running, "3xx-6xx", 20).actions, []);
  assert.equal(accepted.running.alarms[0]?.at, 32_010);
});

test("a transport error ends it while it waits (RFC 3261 §17.1.4)", () => {
  for (const before of [[], ["1xx"]] as const) {
    const lost = step(udp, after(udp, ...before), "transport error", 10);
    assert.deepEqual(lost.actions, ["report transport error"]);
    assert.equal(lost.running.state, "terminated");
  }
});

test("cancelled and still unanswered, it gives up (RFC 3261 §9.1)", () => {
  assert.deepEqual(step(udp, after(udp, "1xx"), "abandon", 10).actions, ["report timeout"]);
});
