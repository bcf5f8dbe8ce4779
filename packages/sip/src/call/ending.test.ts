/** How calls end, what is said in them besides, and who may say it. RFC 3261 §12.2, §15; RFC 3326 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Allow, Params, type SipRequest } from "../message/index.ts";
import type { CallEnd } from "./index.ts";
import { inCall, type Side, sdp, two } from "./world.test.ts";

const NOBODY = { response() {}, timeout() {}, failed() {} };

function countOf(side: Side, line: string): number {
  return side.sent.filter((each) => each === line).length;
}

test("a BYE says why, and the other owner hears it (RFC 3326 §2)", () => {
  const { world, alice, b } = inCall();
  const ends: CallEnd[] = [];
  alice.ended = (_call, end) => ends.push(end);
  const params = Params.of(["cause", "200"]).withQuoted("text", "Call completed elsewhere");
  b.end([{ value: "SIP", params }]);
  world.clock.pass(1_000);
  const [end] = ends;
  assert.ok(end?.by === "peer");
  assert.equal(end.reasons[0]?.params.get("text"), "Call completed elsewhere");
  assert.equal(ends.length, 1);
});

test("two BYEs that meet end both sides once (RFC 3261 §15.1)", () => {
  const { world, alice, bob, a, b } = inCall();
  a.end();
  b.end();
  world.clock.pass(1_000);
  assert.deepEqual([alice.heard.at(-1), bob.heard.at(-1)], ["ended by us", "ended by us"]);
  assert.deepEqual([countOf(alice, "200 BYE"), countOf(bob, "200 BYE")], [1, 1]);
  assert.deepEqual([alice.table.stats.calls, bob.table.stats.calls], [0, 0]);
});

test("a BYE that nobody answers ends the call all the same (RFC 3261 §15.1.1)", () => {
  const { world, alice, bob, a } = inCall();
  bob.host.deaf.add("UDP");
  a.end();
  a.end();
  assert.equal(a.state, "over");
  world.clock.pass(40_000);
  assert.equal(alice.heard.filter((each) => each === "ended by us").length, 1);
  assert.equal(alice.table.stats.calls, 0);
});

test("what comes after the end gets 481, but a BYE its 200 (RFC 3261 §15.1.2, RFC 5407 §3.2.2)", () => {
  const { world, alice, bob, a, b } = inCall();
  bob.lost.push("200 BYE");
  a.end();
  void b.request("INFO");
  world.clock.pass(1_000);
  assert.equal(countOf(alice, "481 INFO"), 1);
  assert.equal(alice.heard.includes("INFO"), false);
  assert.equal(bob.table.stats.calls, 0);
  void b.request("INFO").then((outcome) => assert.equal(outcome.kind, "failed"));
});

test("requests in the dialog are for the owner, who may leave them to the usual answer (RFC 3261 §11.2, §8.2.1)", async () => {
  const { world, bob, a } = inCall();
  bob.request = (transaction, call) => {
    assert.equal(call, bob.call);
    if (transaction.request.method !== "MESSAGE") return false;
    transaction.reply(202);
    return true;
  };
  const statuses: number[] = [];
  for (const method of ["MESSAGE", "OPTIONS", "INFO", "NOTIFY", "REFER", "STRANGE"]) {
    const outcome = a.request(method, { body: { type: "text/plain", bytes: sdp("x").bytes } });
    world.clock.pass(1_000);
    const ended = await outcome;
    statuses.push(ended.kind === "answered" ? ended.response.status : 0);
  }
  assert.deepEqual(statuses, [202, 200, 405, 481, 405, 405]);
  assert.deepEqual(bob.last("405 INFO").get(Allow), bob.face.allow);
  assert.equal(bob.last("200 OPTIONS").text("Supported"), "100rel, timer");
  assert.equal(a.state, "confirmed");
});

test("a handler that works for long, and fails, is answered for (RFC 3261 §8.2)", async () => {
  const { world, bob, a } = inCall();
  bob.request = () => Promise.reject(new Error("broken"));
  const outcome = a.request("INFO");
  world.clock.pass(10);
  await Promise.resolve();
  world.clock.pass(1_000);
  const ended = await outcome;
  assert.equal(ended.kind === "answered" && ended.response.status, 500);
});

test("481 and silence on INFO end the call; on a MESSAGE they are its own affair (RFC 5057 §5.1)", async () => {
  for (const [method, state] of [
    ["INFO", "over"],
    ["MESSAGE", "confirmed"],
  ] as const) {
    const { world, bob, a } = inCall();
    bob.request = (transaction) => {
      transaction.reply(481);
      return true;
    };
    const outcome = a.request(method);
    world.clock.pass(1_000);
    await outcome;
    assert.equal(a.state, state);
  }
});

test("what belongs to the call itself is not sent by hand", () => {
  const { a } = inCall();
  for (const method of ["INVITE", "ACK", "CANCEL", "BYE", "UPDATE", "PRACK"]) {
    assert.throws(() => a.request(method), RangeError);
  }
});

test("a number that does not rise is refused with 500 (RFC 3261 §12.2.2)", () => {
  const { world, alice, bob, toBob, a } = inCall();
  void a.request("INFO");
  world.clock.pass(100);
  const info = alice.lastRequest("INFO");
  alice.host.endpoint.request(info.edit().remove("Via").done(), toBob, NOBODY);
  world.clock.pass(100);
  assert.equal(countOf(bob, "500 INFO"), 1);
});

test("a request that knows the dialog but comes from elsewhere finds no call, nor does an ACK", () => {
  const { world, alice, bob, toBob } = two();
  bob.belongs = () => false;
  bob.invited = (incoming) => incoming.accept({ body: sdp("answer") });
  alice.place(toBob);
  world.clock.pass(100);
  alice.call?.end();
  world.clock.pass(100);
  assert.equal(countOf(bob, "481 BYE"), 1);
  assert.deepEqual(bob.heard, []);
  assert.equal(bob.call?.state, "confirmed");
});

test("requests in the dialog go where the peer was heard last, as the port decides", () => {
  const { world, alice, bob, a, b } = inCall();
  const { flow } = bob.host.sent.at(-1) ?? assert.fail();
  const elsewhere = alice.host.connect(bob.host);
  // Alice has moved to a connection of her own.
  alice.host.endpoint.request(inDialog(alice), elsewhere, NOBODY);
  world.clock.pass(100);
  b.end();
  world.clock.pass(100);
  const bye = bob.host.sent.findLast(({ message }) => message.startLine.startsWith("BYE"));
  assert.equal(bye?.flow.transport, "TCP");
  assert.notEqual(bye?.flow.id, flow.id);
  assert.equal(a.state, "over");
});

function inDialog(side: Side): SipRequest {
  return side
    .lastRequest("ACK")
    .edit()
    .method("INFO")
    .remove("Via")
    .setText("CSeq", "50 INFO")
    .done();
}

test("idle calls have one timer each, and ended ones none", () => {
  const { world, a } = inCall();
  world.clock.pass(100_000);
  const before = world.clock.pending;
  a.end();
  world.clock.pass(1_000_000);
  assert.ok(before <= 2, `${before}`);
  assert.equal(world.clock.pending, 0);
});
