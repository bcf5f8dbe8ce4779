/** Session timers over whole calls: who refreshes, how, and what becomes of a session that nobody refreshes. RFC 4028 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MinSE, Require, SessionExpires, Supported } from "../message/index.ts";
import { inCall, METHODS, type Side, sdp, type Two, two, WITH_UPDATE } from "./world.test.ts";

const HALF_MS = 900_000;

function countOf(side: Side, line: string): number {
  return side.sent.filter((each) => each === line).length;
}

/** A call with the interval and refresher that the caller asks for. */
function talking(sessionExpires: string, allow: readonly string[] = WITH_UPDATE): Two {
  const both = two();
  const { world, alice, bob, toBob } = both;
  for (const side of [alice, bob]) {
    side.face = { ...side.face, allow };
    side.described = sdp(`same of ${side.name}`);
  }
  bob.invited = (incoming) => incoming.accept({ body: sdp("answer") });
  alice.place(toBob, "offer", {
    build: (edit) => edit.set(SessionExpires, SessionExpires.read(sessionExpires)),
  });
  world.clock.pass(1_000);
  return both;
}

test("the timer runs as the 2xx says, and the answer to a change may hand over the refreshes (IM-7.1.1.1-K1, IM-7.1.2.2-04)", () => {
  const { world, alice, bob, a, b } = inCall();
  assert.deepEqual([a.refreshSeconds, b.refreshSeconds], [1_800, 1_800]);
  bob.offer = (offer) => offer.accept({ body: sdp("answer"), refresher: "uas" });
  void a.offer(sdp("changed"), (edit) => edit.set(SessionExpires, SessionExpires.read("600")));
  world.clock.pass(1_000);
  const answer = bob.last("200 INVITE");
  const { params, seconds } = answer.get(SessionExpires) ?? assert.fail();
  assert.deepEqual([seconds, params.get("refresher")], [600, "uas"]);
  assert.equal(answer.get(Supported)?.includes("timer"), true);
  bob.described = sdp("same");
  world.clock.pass(301_000);
  assert.equal(alice.heard.includes("offered same"), true);
});

test("the caller refreshes at half time by UPDATE without an offer, again and again (RFC 4028 §7.4, §10)", () => {
  const { world, alice, bob } = talking("1800;refresher=uac");
  assert.deepEqual(bob.last("200 INVITE").get(Require), ["timer"]);
  world.clock.pass(HALF_MS - 2_000);
  assert.equal(countOf(alice, "UPDATE"), 0);
  world.clock.pass(2_000);
  assert.equal(countOf(alice, "UPDATE"), 1);
  const update = alice.last("UPDATE");
  assert.equal(update.text("Session-Expires"), "1800;refresher=uac");
  assert.equal(update.body.length, 0);
  world.clock.pass(10 * HALF_MS);
  assert.equal(countOf(alice, "UPDATE"), 11);
  assert.equal(countOf(bob, "UPDATE"), 0);
  assert.deepEqual([alice.call?.state, bob.call?.state], ["confirmed", "confirmed"]);
});

test("the callee refreshes where the 2xx says so (RFC 4028 §9)", () => {
  const { world, alice, bob } = talking("1800;refresher=uas");
  world.clock.pass(3 * HALF_MS + 5_000);
  assert.equal(countOf(bob, "UPDATE"), 3);
  assert.equal(bob.last("UPDATE").text("Session-Expires"), "1800;refresher=uac");
  assert.equal(countOf(alice, "UPDATE"), 0);
});

test("without UPDATE it is a re-INVITE with the offer as it was (RFC 4028 §7.4)", () => {
  const { world, alice, bob } = talking("1800", METHODS);
  world.clock.pass(HALF_MS + 1_000);
  assert.deepEqual(bob.heard.slice(-2), ["offered same of alice", "acknowledged -"]);
  assert.equal(alice.call?.refreshSeconds, 1_800);
});

test("any change is a refresh too (RFC 4028 §7.2)", () => {
  const { world, alice } = talking("1800");
  world.clock.pass(800_000);
  void alice.call?.offer(sdp("changed"));
  world.clock.pass(800_000);
  assert.equal(countOf(alice, "UPDATE"), 1);
});

test("a session that the other side no longer refreshes is ended shortly before it expires (RFC 4028 §10)", () => {
  const { world, alice, bob } = talking("1800;refresher=uac");
  alice.table.stop();
  world.clock.pass(1_767_000);
  assert.equal(bob.heard.at(-1), "acknowledged -");
  world.clock.pass(3_000);
  assert.equal(bob.heard.at(-1), "ended by expired");
  assert.equal(countOf(bob, "BYE"), 1);
});

test("a refresh that nobody answers ends the session (RFC 4028 §10)", () => {
  const { world, alice, bob } = talking("1800;refresher=uac");
  bob.host.deaf.add("UDP");
  world.clock.pass(HALF_MS + 40_000);
  assert.equal(alice.heard.at(-1), "ended by no answer");
  world.clock.pass(40_000);
  assert.equal(alice.table.stats.calls, 0);
});

test("a refresh that is refused leaves the session its time, and no more (RFC 4028 §10)", () => {
  const { world, alice, bob } = talking("1800;refresher=uac");
  bob.host.serve = (transaction) => transaction.reply(503);
  bob.table.stop();
  world.clock.pass(HALF_MS + 40_000);
  assert.equal(alice.call?.state, "confirmed");
  world.clock.pass(HALF_MS);
  assert.equal(alice.heard.at(-1), "ended by expired");
});

test("a refresh that asks for too little is made again with more (RFC 4028 §7.3, §7.4)", () => {
  const { world, alice, bob } = talking("600;refresher=uac");
  const { serve } = bob.host;
  bob.host.serve = (transaction, flow) => {
    const { request } = transaction;
    const seconds = request.get(SessionExpires)?.seconds ?? 0;
    if (request.method !== "UPDATE" || seconds >= 1_000) return serve(transaction, flow);
    transaction.reply(422, undefined, (edit) => edit.set(MinSE, MinSE.read("1000")));
  };
  world.clock.pass(301_000);
  const update = alice.last("UPDATE");
  assert.deepEqual(
    [update.text("Session-Expires"), update.text("Min-SE")],
    ["1000;refresher=uac", "1000"],
  );
  assert.equal(alice.call?.refreshSeconds, 1_000);
});

test("a peer that knows no timers is refreshed by us alone (RFC 4028 §7.2)", () => {
  const both = two();
  const { alice, bob, toBob } = both;
  bob.host.serve = (transaction) => {
    const { method } = transaction.request;
    transaction.reply(200, undefined, (edit) => {
      edit.setText("Contact", "<sip:bob@192.0.2.2>");
      if (method === "INVITE") edit.setText("Allow", "INVITE, ACK, UPDATE");
    });
  };
  alice.place(toBob);
  both.world.clock.pass(HALF_MS + 1_000);
  assert.equal(countOf(alice, "UPDATE"), 1);
});

test("whoever requires session timers is refused where there are none (RFC 3261 §8.2.2.3)", () => {
  const { world, alice, bob, toBob } = two({ sessionTimer: undefined });
  alice.place(toBob, "offer", { build: (edit) => edit.set(Require, ["timer"]) });
  world.clock.pass(1_000);
  assert.deepEqual(bob.sent, ["420 INVITE"]);
});

test("a change of an early session begins no timer (RFC 4028 §7.2)", () => {
  const both = two();
  const { world, alice, bob, toBob } = both;
  for (const side of [alice, bob]) side.face = { ...side.face, allow: WITH_UPDATE };
  bob.invited = (incoming) => incoming.ring(183, { reliable: true, body: sdp("answer") });
  alice.place(toBob);
  world.clock.pass(1_000);
  void bob.call?.offer(sdp("changed"));
  world.clock.pass(1_000);
  assert.equal(bob.last("UPDATE").has(SessionExpires), false);
  assert.equal(alice.last("200 UPDATE").has(SessionExpires), false);
  bob.incoming?.accept();
  world.clock.pass(1_000);
  assert.deepEqual([alice.call?.refreshSeconds, bob.call?.refreshSeconds], [1_800, 1_800]);
});

test("what an owner writes into Supported is completed (IM-7.1.1.1-06)", () => {
  const { world, alice, toBob } = two();
  alice.place(toBob, "offer", { build: (edit) => edit.set(Supported, ["replaces"]) });
  world.clock.pass(100);
  assert.deepEqual(alice.last("INVITE").get(Supported), ["replaces", "timer"]);
});

test("a side without session timers neither asks nor answers (RFC 4028)", () => {
  const { world, alice, bob } = inCall({ sessionTimer: undefined });
  assert.equal(alice.last("INVITE").has(SessionExpires), false);
  assert.equal(bob.last("200 INVITE").has(SessionExpires), false);
  assert.equal(alice.last("INVITE").text("Supported"), "100rel");
  world.clock.pass(100 * HALF_MS);
  assert.deepEqual([alice.call?.state, bob.call?.state], ["confirmed", "confirmed"]);
});

test("intervals of all lengths share a few waits, and are kept all the same (RFC 4028 §10)", () => {
  for (const seconds of [90, 777, 1_234, 1_799]) {
    const { world, alice } = talking(`${seconds};refresher=uac`);
    world.clock.pass(seconds * 500 - 2_000);
    assert.equal(countOf(alice, "UPDATE"), 0);
    world.clock.pass(2_500);
    assert.equal(countOf(alice, "UPDATE"), 1, `${seconds}`);
  }
});
