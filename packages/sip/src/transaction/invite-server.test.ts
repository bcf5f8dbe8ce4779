/** The rows of the INVITE server. RFC 3261 §17.2.1, RFC 6026 §7.1 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  BASE_TIMING,
  type InviteServer,
  inviteServerOn,
  type Running,
  start,
  step,
} from "./index.ts";

const plan = inviteServerOn({ ...BASE_TIMING, reliable: false });

function after(...inputs: InviteServer["input"][]): Running<InviteServer> {
  const first = start(plan, 0).running;
  return inputs.reduce((running, input) => step(plan, running, input, 0).running, first);
}

function actions(from: Running<InviteServer>, input: InviteServer["input"]): readonly string[] {
  return step(plan, from, input, 10).actions;
}

test("a repeated INVITE gets the latest answer, or nothing while there is none (RFC 3261 §17.2.1)", () => {
  assert.deepEqual(actions(after(), "request"), []);
  assert.deepEqual(actions(after("1xx"), "request"), ["repeat response"]);
  assert.deepEqual(actions(after("1xx", "3xx-6xx"), "request"), ["repeat response"]);
});

test("every answer of the user goes out, whatever came before it (RFC 3261 §17.2.1)", () => {
  for (const before of [after(), after("1xx")]) {
    for (const answer of ["1xx", "2xx", "3xx-6xx"] as const) {
      assert.deepEqual(actions(before, answer), ["send response"]);
    }
  }
});

test("accepted: the INVITE is absorbed, ACK goes up, 2xx goes out again (RFC 6026 §7.1)", () => {
  const accepted = after("2xx");
  assert.deepEqual(actions(accepted, "request"), []);
  assert.deepEqual(actions(accepted, "ack"), ["pass ack up"]);
  assert.deepEqual(actions(accepted, "2xx"), ["send response"]);
  assert.deepEqual(actions(accepted, "3xx-6xx"), []);
});

test("refused: the ACK ends the repeats and goes no further (RFC 3261 §17.2.1)", () => {
  const confirmed = step(plan, after("3xx-6xx"), "ack", 10);
  assert.deepEqual(confirmed.actions, []);
  assert.deepEqual(actions(confirmed.running, "ack"), []);
  assert.deepEqual(actions(confirmed.running, "request"), []);
});

test("a transport error is told and changes no state (RFC 6026 §7.1)", () => {
  for (const before of [after("1xx"), after("2xx"), after("3xx-6xx")]) {
    const failed = step(plan, before, "transport error", 10);
    assert.deepEqual(failed.actions, ["report transport error"]);
    assert.equal(failed.running, before);
  }
});
