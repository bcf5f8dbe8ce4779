/** Calls that come in: ringing, accepting, refusing, and what may go wrong. RFC 3261 §13.3, RFC 3262 §3 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Expires,
  MinSE,
  Reason,
  RecordRoute,
  Require,
  RetryAfter,
  RSeq,
  SessionExpires,
  type SipRequest,
  Supported,
  Unsupported,
} from "../message/index.ts";
import { type Side, sdp, type Two, two, WITH_UPDATE } from "./world.test.ts";

function noneLeft({ alice, bob }: Two): void {
  for (const { table } of [alice, bob]) {
    const { calls, incoming, outgoing } = table.stats;
    assert.deepEqual({ calls, incoming, outgoing }, { calls: 0, incoming: 0, outgoing: 0 });
  }
}

function countOf(side: Side, line: string): number {
  return side.sent.filter((each) => each === line).length;
}

test("a call is set up, acknowledged and ended from either side (RFC 3261 §13, §15)", () => {
  const both = two();
  const { world, alice, bob, toBob } = both;
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
  noneLeft(both);
});

test("the answers carry the route that was recorded, contact, methods and extensions (RFC 3261 §12.1.1, §13.3.1.4)", () => {
  const { world, alice, bob, toBob } = two();
  bob.invited = (incoming) => {
    incoming.ring();
    incoming.accept({ body: sdp("answer") });
  };
  alice.place(toBob, "offer", {
    build: (edit) => edit.setText("Record-Route", "<sip:p2.test;lr>, <sip:p1.test;lr>"),
  });
  world.clock.pass(1_000);
  for (const line of ["180 INVITE", "200 INVITE"]) {
    const answer = bob.last(line);
    assert.equal(answer.get(RecordRoute)?.length, 2);
    assert.equal(answer.text("Contact"), "<sip:bob@192.0.2.2>");
    assert.equal(answer.text("Allow"), bob.face.allow.join(", "));
    assert.equal(answer.text("Supported"), "100rel, timer");
  }
  assert.equal(
    bob.last("180 INVITE").to.params.get("tag"),
    bob.last("200 INVITE").to.params.get("tag"),
  );
  assert.equal(bob.call?.dialog.routes.length, 2);
});

test("the 2xx is repeated until its ACK is here, and no longer (RFC 3261 §13.3.1.4)", () => {
  const { world, alice, bob, toBob } = two();
  bob.invited = (incoming) => incoming.accept({ body: sdp("answer") });
  alice.lost.push("ACK", "ACK");
  alice.place(toBob);
  world.clock.pass(60_000);
  assert.equal(countOf(bob, "200 INVITE"), 3);
  assert.equal(countOf(alice, "ACK"), 3);
  assert.deepEqual(alice.heard, ["answered answer"]);
  assert.deepEqual(bob.heard, ["acknowledged -"]);
});

test("a 2xx that gets lost comes again (RFC 3261 §13.3.1.4)", () => {
  const { world, alice, bob, toBob } = two();
  bob.invited = (incoming) => incoming.accept({ body: sdp("answer") });
  bob.lost.push("200 INVITE", "200 INVITE");
  alice.place(toBob);
  world.clock.pass(10_000);
  assert.deepEqual(alice.heard, ["answered answer"]);
  assert.deepEqual(bob.heard, ["acknowledged -"]);
});

test("without an ACK in 64*T1 the call is ended with BYE, which says that nobody has wanted that (RFC 3261 §13.3.1.4, RFC 3326 §2)", () => {
  const both = two();
  const { world, alice, bob, toBob } = both;
  bob.invited = (incoming) => incoming.accept({ body: sdp("answer") });
  alice.lost.push(...Array.from({ length: 20 }, () => "ACK"));
  alice.place(toBob);
  world.clock.pass(31_000);
  assert.deepEqual(bob.heard, []);
  world.clock.pass(2_000);
  assert.deepEqual(bob.heard, ["ended by no ack"]);
  assert.equal(alice.heard.at(-1), "ended by peer");
  assert.equal(bob.last("BYE").text("Reason"), 'SIP;cause=408;text="no ack"');
  noneLeft(both);
});

test("who hangs up before the ACK waits for it with the BYE (RFC 3261 §15)", () => {
  const both = two();
  const { world, alice, bob, toBob } = both;
  alice.lost.push("ACK");
  bob.invited = (incoming) => incoming.accept({ body: sdp("answer") })?.end();
  alice.place(toBob);
  world.clock.pass(300);
  assert.deepEqual(bob.heard, ["ended by us"]);
  assert.equal(countOf(bob, "BYE"), 0);
  world.clock.pass(1_000);
  assert.equal(countOf(bob, "BYE"), 1);
  assert.deepEqual(alice.heard, ["answered answer", "ended by peer"]);
  noneLeft(both);
});

test("who waits for the ACK with the BYE is spared both by the BYE of the other side (RFC 3261 §15.1.2)", () => {
  const both = two();
  const { world, alice, bob, toBob } = both;
  alice.lost.push("ACK");
  bob.invited = (incoming) => incoming.accept({ body: sdp("answer") })?.end();
  alice.up = (call) => call.end();
  alice.place(toBob);
  world.clock.pass(300);
  assert.deepEqual(bob.heard, ["ended by us"]);
  assert.equal(countOf(bob, "200 BYE"), 1);
  noneLeft(both);
});

test("a CANCEL is answered 200, its INVITE 487, and nobody is called (RFC 3261 §9.2, IM-7.1.2.4-01, IM-7.1.2.4-02, IM-7.1.2.4-03)", () => {
  const both = two();
  const { world, alice, bob, toBob } = both;
  bob.invited = (incoming) => incoming.ring();
  const outgoing = alice.place(toBob);
  world.clock.pass(1_000);
  outgoing.cancel();
  world.clock.pass(1_000);
  assert.deepEqual(alice.heard, ["180 early", "failed: cancelled"]);
  assert.deepEqual(bob.heard, ["cancelled by cancel"]);
  assert.deepEqual(bob.sent, ["180 INVITE", "200 CANCEL", "487 INVITE"]);
  assert.equal(bob.incoming?.accept(), undefined);
  noneLeft(both);
});

test("a CANCEL after the 2xx changes nothing on this side (RFC 3261 §9.2)", () => {
  const both = two();
  const { world, alice, bob, toBob } = both;
  bob.invited = (incoming) => incoming.ring();
  bob.lost.push("200 INVITE");
  const outgoing = alice.place(toBob);
  world.clock.pass(100);
  bob.incoming?.accept({ body: sdp("answer") });
  outgoing.cancel();
  world.clock.pass(100);
  assert.equal(countOf(bob, "200 CANCEL"), 1);
  assert.deepEqual(bob.heard, []);
  world.clock.pass(5_000);
  assert.deepEqual(alice.heard, ["180 early", "failed: cancelled"]);
  assert.deepEqual(bob.heard, ["acknowledged -", "ended by peer"]);
  noneLeft(both);
});

test("a refusal goes out with what its owner adds, redirections too (RFC 3261 §13.3.1.2, §13.3.1.3)", () => {
  const both = two();
  const { world, alice, bob, toBob } = both;
  bob.invited = (incoming) => {
    incoming.refuse(302, (edit) => edit.setText("Contact", "<sip:carol@parlance.test>"));
    incoming.refuse(486);
  };
  alice.place(toBob);
  world.clock.pass(1_000);
  assert.deepEqual(alice.heard, ["failed: refused 302"]);
  assert.equal(bob.last("302 INVITE").text("Contact"), "<sip:carol@parlance.test>");
  noneLeft(both);
});

test("an INVITE without an offer gets one in the 2xx, and its answer comes in the ACK (RFC 3261 §13.2.1)", () => {
  const { world, alice, bob, toBob } = two();
  bob.invited = (incoming) => {
    assert.equal(incoming.offer, undefined);
    incoming.accept({ body: sdp("offer of bob") });
  };
  alice.place(toBob, "");
  world.clock.pass(1_000);
  assert.deepEqual(alice.heard, ["answered offer of bob", "offered offer of bob"]);
  assert.deepEqual(bob.heard, ["acknowledged answer 1 of alice"]);
});

test("an INVITE expires when it says so (RFC 3261 §13.3.1)", () => {
  const both = two();
  const { world, alice, bob, toBob } = both;
  bob.invited = (incoming) => incoming.ring();
  alice.place(toBob, "offer", { build: (edit) => edit.set(Expires, 20) });
  world.clock.pass(21_000);
  assert.deepEqual(bob.heard, ["cancelled by expires"]);
  assert.deepEqual(alice.heard, ["180 early", "failed: refused 487"]);
  noneLeft(both);
});

test("who rings for long says so every minute (RFC 3261 §13.3.1.1)", () => {
  const { world, alice, bob, toBob } = two();
  bob.invited = (incoming) => incoming.ring(180);
  alice.place(toBob);
  world.clock.pass(241_000);
  assert.equal(countOf(bob, "180 INVITE"), 5);
  bob.incoming?.accept({ body: sdp("answer") });
  world.clock.pass(1_000);
  assert.equal(alice.heard.at(-1), "answered answer");
});

test("who does not even ring says every minute that something happens (RFC 3261 §13.3.1.1)", () => {
  const { world, bob, alice, toBob } = two();
  alice.place(toBob);
  world.clock.pass(301_000);
  assert.equal(countOf(bob, "183 INVITE"), 5);
  bob.incoming?.accept({ body: sdp("answer") });
  world.clock.pass(1_000);
  assert.equal(alice.heard.at(-1), "answered answer");
});

test("what neither rings nor refuses is a mistake", () => {
  const { world, bob, alice, toBob } = two();
  alice.place(toBob);
  world.clock.pass(100);
  assert.throws(() => bob.incoming?.ring(200), RangeError);
  assert.throws(() => bob.incoming?.refuse(200), RangeError);
});

test("an extension that is not spoken here is refused (RFC 3261 §8.2.2.3)", () => {
  const both = two();
  const { world, alice, toBob, bob } = both;
  alice.place(toBob, "offer", { build: (edit) => edit.set(Require, ["timer", "gin"]) });
  world.clock.pass(1_000);
  assert.deepEqual(bob.last("420 INVITE").get(Unsupported), ["gin"]);
  assert.deepEqual(alice.heard, ["failed: refused 420"]);
  noneLeft(both);
});

test("too short an interval is refused, and asked for once more with a longer one (RFC 4028 §9, §7.3)", () => {
  const { world, alice, bob, toBob } = two({ sessionTimer: { minimumS: 300, usualS: 1_800 } });
  bob.invited = (incoming) => incoming.accept({ body: sdp("answer") });
  alice.place(toBob, "offer", {
    build: (edit) => edit.set(SessionExpires, SessionExpires.read("120")),
  });
  world.clock.pass(1_000);
  assert.equal(bob.last("422 INVITE").get(MinSE)?.seconds, 300);
  const again = alice.last("INVITE");
  assert.deepEqual([again.get(SessionExpires)?.seconds, again.get(MinSE)?.seconds], [300, 300]);
  assert.equal(again.cseq.number, 2);
  assert.deepEqual(alice.heard, ["answered answer"]);
  assert.equal(alice.call?.refreshSeconds, 300);
});

test("the same INVITE by another way is a loop or a fork that came together (RFC 3261 §8.2.2.2)", () => {
  const { world, alice, bob, toBob } = two();
  bob.invited = (incoming) => incoming.ring();
  const { request } = alice.place(toBob);
  world.clock.pass(100);
  alice.host.endpoint.request(request, toBob, { response() {}, timeout() {}, failed() {} });
  world.clock.pass(100);
  assert.deepEqual(bob.sent, ["180 INVITE", "482 INVITE"]);
});

// Provisional answers that must arrive. RFC 3262

function reliably(both: Two, body?: string): void {
  both.bob.invited = (incoming) =>
    incoming.ring(183, { reliable: true, body: body === undefined ? undefined : sdp(body) });
}

test("a reliable provisional answer is repeated until its PRACK is here (RFC 3262 §3)", () => {
  const both = two();
  const { world, alice, bob, toBob } = both;
  reliably(both);
  alice.lost.push("PRACK");
  bob.lost.push("183 INVITE");
  alice.place(toBob);
  world.clock.pass(10_000);
  assert.equal(countOf(alice, "PRACK"), 2);
  assert.equal(countOf(bob, "200 PRACK"), 1);
  assert.ok(countOf(bob, "183 INVITE") >= 2);
  assert.deepEqual(alice.heard, ["183 early"]);
  assert.deepEqual(bob.last("183 INVITE").get(Require), ["100rel"]);
});

test("whoever requires reliable answers gets no others; whoever knows them not gets none (RFC 3262 §3)", () => {
  for (const knows of [true, false]) {
    const both = two();
    const { world, alice, bob, toBob } = both;
    bob.invited = (incoming) => incoming.ring(180, { reliable: !knows });
    alice.place(toBob, "offer", {
      build: (edit) => (knows ? edit.set(Require, ["100rel"]) : edit.set(Supported, ["timer"])),
    });
    world.clock.pass(1_000);
    assert.equal(bob.last("180 INVITE").has(RSeq), knows);
    assert.equal(countOf(alice, "PRACK"), knows ? 1 : 0);
  }
});

test("a second one waits for the PRACK of the first (RFC 3262 §3)", () => {
  const both = two();
  const { world, alice, bob, toBob } = both;
  bob.invited = (incoming) => {
    incoming.ring(180, { reliable: true });
    incoming.ring(183, { reliable: true });
  };
  alice.place(toBob);
  world.clock.pass(15);
  assert.deepEqual(bob.sent, ["180 INVITE"]);
  world.clock.pass(1_000);
  assert.deepEqual(alice.heard, ["180 early", "183 early"]);
  const first = bob.last("180 INVITE").get(RSeq) ?? 0;
  assert.equal(bob.last("183 INVITE").get(RSeq), first + 1);
});

test("no 2xx overtakes a description that has no PRACK (RFC 3262 §3)", () => {
  const both = two();
  const { world, alice, bob, toBob } = both;
  alice.lost.push("PRACK");
  reliably(both, "answer");
  alice.place(toBob);
  world.clock.pass(100);
  bob.incoming?.accept();
  world.clock.pass(100);
  assert.equal(countOf(bob, "200 INVITE"), 0);
  world.clock.pass(2_000);
  assert.deepEqual(alice.heard, ["183 early", "answered -"]);
  assert.deepEqual(bob.heard, ["acknowledged -"]);
});

test("a late PRACK gets its 200 all the same (RFC 3262 §3)", () => {
  const both = two();
  const { world, alice, bob, toBob } = both;
  alice.lost.push("PRACK");
  reliably(both);
  alice.place(toBob);
  world.clock.pass(100);
  bob.incoming?.accept({ body: sdp("answer") });
  world.clock.pass(2_000);
  assert.deepEqual(alice.heard, ["183 early", "answered answer"]);
  assert.equal(countOf(bob, "200 PRACK"), 1);
  assert.equal(countOf(bob, "481 PRACK"), 0);
});

test("without a PRACK in 64*T1 the INVITE is refused with a 5xx (RFC 3262 §3)", () => {
  const both = two();
  const { world, alice, bob, toBob } = both;
  alice.lost.push(...Array.from({ length: 40 }, () => "PRACK"));
  reliably(both);
  alice.place(toBob);
  world.clock.pass(70_000);
  assert.deepEqual(bob.heard, ["cancelled by no prack"]);
  assert.deepEqual(alice.heard, ["183 early", "failed: refused 504"]);
  noneLeft(both);
});

test("an offer may be made in a reliable provisional answer, and answered by PRACK (RFC 3262 §5)", () => {
  const both = two();
  const { world, alice, bob, toBob } = both;
  reliably(both, "early offer");
  alice.place(toBob, "");
  world.clock.pass(1_000);
  assert.deepEqual(alice.heard, ["183 early", "offered early offer"]);
  assert.deepEqual(bob.heard, ["acknowledged answer 1 of alice"]);
  bob.incoming?.accept();
  world.clock.pass(1_000);
  assert.equal(alice.heard.at(-1), "answered -");
  assert.deepEqual([alice.call?.state, bob.call?.state], ["confirmed", "confirmed"]);
  for (const side of [alice, bob]) void side.call?.offer(sdp(`change of ${side.name}`));
  world.clock.pass(10_000);
  assert.equal(bob.heard.includes("offered change of alice"), true);
  assert.equal(alice.heard.includes("offered change of bob"), true);
});

test("a second INVITE in an early dialog waits for the answer to the first (RFC 3261 §14.2)", () => {
  const both = two();
  const { world, alice, bob, toBob } = both;
  reliably(both, "answer");
  alice.place(toBob);
  world.clock.pass(100);
  const tag = bob.last("183 INVITE").to.params.get("tag") ?? "";
  const again = inEarly(alice.lastRequest("INVITE"), tag)
    .edit()
    .method("INVITE")
    .setText("CSeq", "9 INVITE")
    .done();
  alice.host.endpoint.request(again, toBob, { response() {}, timeout() {}, failed() {} });
  world.clock.pass(100);
  assert.equal(countOf(bob, "500 INVITE"), 1);
});

test("an UPDATE may change an early session once the first exchange is over (RFC 3311 §5.1)", async () => {
  const both = two();
  const { world, alice, bob, toBob } = both;
  for (const side of [alice, bob]) side.face = { ...side.face, allow: WITH_UPDATE };
  reliably(both, "answer");
  alice.place(toBob);
  world.clock.pass(1_000);
  const outcome = bob.call?.offer(sdp("changed"));
  world.clock.pass(1_000);
  assert.equal((await outcome)?.kind, "answered");
  assert.deepEqual(alice.heard, ["183 early", "offered changed"]);
});

/** The answer to an UPDATE of the caller in the early dialog, whose first offer waits for its answer. */
function earlyUpdate(both: Two, rung: string | undefined): number {
  const { world, alice, bob, toBob } = both;
  let status = 0;
  alice.face = { ...alice.face, allow: WITH_UPDATE };
  bob.face = { ...bob.face, allow: WITH_UPDATE };
  alice.offer = () => {}; // never answered
  reliably(both, rung);
  alice.place(toBob, rung === undefined ? "offer" : "");
  world.clock.pass(100);
  const response = bob.last("183 INVITE");
  alice.host.endpoint.request(
    inEarly(alice.lastRequest("INVITE"), response.to.params.get("tag") ?? ""),
    toBob,
    { response: (answer) => (status = answer.status), timeout() {}, failed() {} },
  );
  world.clock.pass(100);
  if (status === 500) {
    assert.ok((bob.last("500 UPDATE").get(RetryAfter)?.seconds ?? 99) <= 10);
  }
  return status;
}

function inEarly(invite: SipRequest, tag: string): SipRequest {
  return invite
    .edit()
    .method("UPDATE")
    .remove("Via")
    .setText("CSeq", "9 UPDATE")
    .setText("To", `<sip:bob@parlance.test>;tag=${tag}`)
    .body(sdp("early").bytes, "application/sdp")
    .done();
}

test("an UPDATE before that gets 500 where our answer is missing, 491 where the peer's is (RFC 3311 §5.2)", () => {
  assert.equal(earlyUpdate(two(), undefined), 500);
  assert.equal(earlyUpdate(two(), "our offer"), 491);
});

test("a caller may end an early dialog with BYE (RFC 3261 §15, §15.1.2)", () => {
  const both = two();
  const { world, alice, bob, toBob } = both;
  bob.invited = (incoming) => incoming.ring();
  alice.place(toBob);
  world.clock.pass(100);
  const tag = bob.last("180 INVITE").to.params.get("tag") ?? "";
  const bye = inEarly(alice.lastRequest("INVITE"), tag)
    .edit()
    .method("BYE")
    .setText("CSeq", "9 BYE")
    .done();
  alice.host.endpoint.request(bye, toBob, { response() {}, timeout() {}, failed() {} });
  world.clock.pass(1_000);
  assert.deepEqual(bob.heard, ["cancelled by bye"]);
  assert.deepEqual(bob.sent, ["180 INVITE", "200 BYE", "487 INVITE"]);
  assert.equal(bob.last("200 BYE").get(Reason), undefined);
  noneLeft(both);
});
