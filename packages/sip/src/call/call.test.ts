/** Calls between two user agents: set up, changed, ended. RFC 3261 §13 to §15 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Server, SessionExpires } from "../message/index.ts";
import { inCall, outcomeText, sdp, two, WITH_UPDATE } from "./world.test.ts";

test("a call is set up, acknowledged and ended from either side (RFC 3261 §13, §15)", () => {
  const { world, alice, bob, toBob } = two();
  bob.invited = (incoming) => {
    incoming.ring();
    world.clock.schedule(5_000, () => incoming.accept({ body: sdp("answer") }));
  };
  alice.place(toBob);
  world.clock.pass(10_000);
  assert.deepEqual(alice.heard, ["180 early", "answered answer"]);
  assert.deepEqual(bob.heard, ["acknowledged -"]);
  assert.deepEqual([alice.call?.state, bob.call?.state], ["confirmed", "confirmed"]);
  bob.call?.end();
  assert.equal(bob.heard.at(-1), "ended by us");
  world.clock.pass(1_000);
  assert.equal(alice.heard.at(-1), "ended by peer");
  assert.deepEqual([alice.table.stats.calls, bob.table.stats.calls], [0, 0]);
});

test("a CANCEL is answered 200, its INVITE 487, and nobody is called (RFC 3261 §9.2, IM-7.1.2.4-01, IM-7.1.2.4-02, IM-7.1.2.4-03)", () => {
  const { world, alice, bob, toBob } = two();
  bob.invited = (incoming) => incoming.ring();
  const outgoing = alice.place(toBob);
  world.clock.pass(1_000);
  outgoing.cancel();
  world.clock.pass(1_000);
  assert.deepEqual(alice.heard, ["180 early", "failed: cancelled"]);
  assert.deepEqual(bob.heard, ["cancelled by cancel"]);
  assert.deepEqual(bob.sent, ["180 INVITE", "200 CANCEL", "487 INVITE"]);
  assert.equal(bob.incoming?.accept(), undefined);
  assert.deepEqual([alice.table.stats.calls, bob.table.stats.calls], [0, 0]);
});

test("methods, contact and product of the peer are remembered from its answer (IM-7.1.1.1-R1, IM-7.1.1.1-R2, IM-9.3.2.1-01, IM-9.3.2.1-02)", () => {
  const { world, alice, bob, toBob } = two();
  const { contact } = bob.face;
  bob.face = {
    ...bob.face,
    contact: { ...contact, params: contact.params.with("isfocus") },
    edit: (edit) => edit.set(Server, "IM-serv/OMA1.0"),
  };
  bob.invited = (incoming) => incoming.accept({ body: sdp("answer") });
  alice.place(toBob);
  world.clock.pass(1_000);
  const peer = alice.call?.peer;
  assert.deepEqual(peer?.allow, bob.face.allow);
  assert.equal(peer?.contact?.params.has("isfocus"), true);
  assert.equal(peer?.agent, "IM-serv/OMA1.0");
});

test("a change is asked for by UPDATE where the peer allows it, else by re-INVITE (IM-7.2.2.6-01a)", async () => {
  for (const allow of [WITH_UPDATE, undefined]) {
    const { world, alice, bob, toBob } = two();
    if (allow !== undefined) bob.face = { ...bob.face, allow };
    bob.invited = (incoming) => incoming.accept({ body: sdp("answer") });
    alice.place(toBob);
    world.clock.pass(1_000);
    const outcome = alice.call?.offer(sdp("changed")) ?? assert.fail();
    world.clock.pass(1_000);
    assert.equal(outcomeText(await outcome), "answer 1 of bob");
    assert.equal(bob.heard.includes("offered changed"), true);
    assert.equal(alice.sent.includes("UPDATE"), allow !== undefined);
  }
});

test("the timer runs as the 2xx says, and the answer to a change may hand over the refreshes (IM-7.1.1.1-K1, IM-7.1.2.2-04)", async () => {
  const { world, alice, bob, a, b } = inCall();
  assert.deepEqual([a.refreshSeconds, b.refreshSeconds], [1_800, 1_800]);
  bob.offer = (offer) => offer.accept({ body: sdp("answer"), refresher: "uas" });
  void a.offer(sdp("changed"), (edit) => edit.set(SessionExpires, SessionExpires.read("600")));
  world.clock.pass(1_000);
  const { params, seconds } = bob.last("200 INVITE").get(SessionExpires) ?? assert.fail();
  assert.deepEqual([seconds, params.get("refresher")], [600, "uas"]);
  bob.described = sdp("same");
  world.clock.pass(301_000);
  assert.equal(alice.heard.at(-2), "offered same");
});
