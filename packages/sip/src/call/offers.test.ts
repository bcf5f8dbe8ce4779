/** Changes of a session, from both sides, one at a time. RFC 3261 §14, RFC 3311, RFC 6141 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { RetryAfter } from "../message/index.ts";
import type { Offer } from "./index.ts";
import { inCall, METHODS, outcomeText, type Side, sdp, two, WITH_UPDATE } from "./world.test.ts";

/** A call whose sides know UPDATE, or not. */
function talking(update: boolean) {
  const both = two();
  const { world, alice, bob, toBob } = both;
  for (const side of [alice, bob]) {
    side.face = { ...side.face, allow: update ? WITH_UPDATE : METHODS };
  }
  bob.invited = (incoming) => incoming.accept({ body: sdp("answer") });
  alice.place(toBob);
  world.clock.pass(1_000);
  return { ...both, a: alice.call ?? assert.fail(), b: bob.call ?? assert.fail() };
}

function countOf(side: Side, line: string): number {
  return side.sent.filter((each) => each === line).length;
}

test("a change is asked for by UPDATE where the peer allows it, else by re-INVITE (IM-7.2.2.6-01a)", async () => {
  for (const update of [true, false]) {
    const { world, alice, bob, a, b } = talking(update);
    const outcome = a.offer(sdp("changed"));
    world.clock.pass(1_000);
    assert.equal(outcomeText(await outcome), "answer 1 of bob");
    assert.equal(bob.heard.includes("offered changed"), true);
    assert.equal(alice.sent.includes("UPDATE"), update);
    const back = b.offer(sdp("changed again"));
    world.clock.pass(1_000);
    assert.equal(outcomeText(await back), "answer 1 of alice");
  }
});

test("the owner may take his time, and refuse; the session goes on as it was (RFC 3261 §14.1, §14.2)", async () => {
  const { world, bob, a, b } = talking(false);
  let asked: Offer | undefined;
  bob.offer = (offer) => {
    asked = offer;
  };
  const outcome = a.offer(sdp("changed"));
  world.clock.pass(30_000);
  assert.equal(asked?.open, true);
  asked?.refuse(488);
  asked?.accept({ body: sdp("too late") });
  world.clock.pass(1_000);
  assert.equal(outcomeText(await outcome), "refused 488");
  assert.deepEqual([a.state, b.state], ["confirmed", "confirmed"]);
});

test("a refused request moves no remote target, an accepted one does (RFC 3261 §12.2.2, RFC 6141 §4.6)", async () => {
  const { world, bob, a, b } = talking(true);
  bob.offer = (offer) => offer.refuse();
  const moved = a.offer(sdp("changed"), (edit) =>
    edit.setText("Contact", "<sip:alice@192.0.2.77>"),
  );
  world.clock.pass(1_000);
  await moved;
  const host = () => b.dialog.remoteTarget.kind === "sip" && b.dialog.remoteTarget.host;
  assert.equal(host(), "192.0.2.1");
  bob.offer = (offer) => bob.answer(offer);
  void a.offer(sdp("changed"), (edit) => edit.setText("Contact", "<sip:alice@192.0.2.77>"));
  world.clock.pass(1_000);
  assert.equal(host(), "192.0.2.77");
});

test("two offers that meet are both refused with 491 and made again, one after the other (RFC 3261 §14.1, §14.2)", async () => {
  for (const update of [true, false]) {
    const { world, alice, bob, a, b } = talking(update);
    const outcomes = [a.offer(sdp("of a")), b.offer(sdp("of b"))];
    const line = update ? "UPDATE" : "INVITE";
    world.clock.pass(100);
    assert.equal(countOf(alice, `491 ${line}`) + countOf(bob, `491 ${line}`), 2);
    const before = [countOf(alice, line), countOf(bob, line)];
    world.clock.pass(2_050); // who made the Call-ID waits for longer
    assert.deepEqual([countOf(alice, line), countOf(bob, line)], [before[0], (before[1] ?? 0) + 1]);
    world.clock.pass(3_000);
    assert.deepEqual((await Promise.all(outcomes)).map(outcomeText), [
      "answer 1 of bob",
      "answer 1 of alice",
    ]);
  }
});

test("an offer waits while one of the peer is not answered (RFC 3311 §5.1, RFC 3261 §14.1)", async () => {
  const { world, alice, bob, a, b } = talking(false);
  let asked: Offer | undefined;
  bob.offer = (offer) => {
    asked = offer;
  };
  const first = a.offer(sdp("of a"));
  world.clock.pass(1_000);
  const second = b.offer(sdp("of b"));
  world.clock.pass(5_000);
  assert.equal(countOf(bob, "INVITE"), 0);
  if (asked !== undefined) bob.answer(asked);
  world.clock.pass(1_000);
  assert.equal(outcomeText(await first), "answer 1 of bob");
  assert.equal(outcomeText(await second), "answer 1 of alice");
  assert.equal(countOf(alice, "491 INVITE"), 0);
});

test("who waits for the turn of an offer in vain is told after 64*T1", async () => {
  const { world, bob, a, b } = talking(false);
  bob.offer = () => {};
  void a.offer(sdp("of a"));
  world.clock.pass(1_000);
  const outcome = b.offer(sdp("of b"));
  world.clock.pass(33_000);
  assert.equal(outcomeText(await outcome), "refused 491");
  assert.equal(countOf(bob, "INVITE"), 0);
  assert.equal(b.state, "confirmed");
});

test("offers of one side are made one after the other", async () => {
  const { world, bob, a } = talking(true);
  const outcomes = ["one", "two", "three"].map((text) => a.offer(sdp(text)));
  world.clock.pass(1_000);
  assert.deepEqual((await Promise.all(outcomes)).map(outcomeText), [
    "answer 1 of bob",
    "answer 2 of bob",
    "answer 3 of bob",
  ]);
  assert.equal(bob.heard.filter((each) => each.startsWith("offered")).length, 3);
});

test("a second INVITE before the answer to the first gets 500 with a time to come back (RFC 3261 §14.2)", () => {
  const { world, alice, bob, toBob, a } = talking(false);
  bob.offer = () => {};
  void a.offer(sdp("one"));
  world.clock.pass(100);
  const again = alice.lastRequest("INVITE").edit().remove("Via").setText("CSeq", "77 INVITE");
  const ear = { response() {}, timeout() {}, failed() {} };
  alice.host.endpoint.request(again.done(), toBob, ear);
  world.clock.pass(100);
  assert.ok((bob.last("500 INVITE").get(RetryAfter)?.seconds ?? 99) <= 10);
});

test("a 500 with a short time to come back is followed by another try (RFC 3311 §5.2)", async () => {
  const { world, bob, a } = talking(true);
  let times = 0;
  bob.offer = (offer) => {
    times += 1;
    if (times > 1) return bob.answer(offer);
    offer.refuse(500, (edit) => edit.set(RetryAfter, RetryAfter.read("3")));
  };
  const outcome = a.offer(sdp("changed"));
  world.clock.pass(2_900);
  assert.equal(times, 1);
  world.clock.pass(1_000);
  assert.equal(outcomeText(await outcome), "answer 1 of bob");
});

test("who is asked for an offer makes it in the 2xx, and the answer comes in the ACK (RFC 3261 §14.1, §14.2)", async () => {
  const { world, alice, bob, a } = talking(false);
  bob.offer = (offer) => {
    assert.equal(offer.body, undefined);
    offer.accept({ body: sdp("offer of bob") });
  };
  const outcome = a.askForOffer();
  world.clock.pass(1_000);
  assert.equal(outcomeText(await outcome), "offer of bob");
  assert.equal(alice.heard.at(-1), "offered offer of bob");
  assert.equal(bob.heard.at(-1), "acknowledged answer 1 of alice");
});

test("after such an exchange both sides may offer again", async () => {
  const { world, a, b, bob } = talking(false);
  bob.offer = (offer) => offer.accept({ body: sdp("offer of bob") });
  void a.askForOffer();
  world.clock.pass(1_000);
  const outcomes = [b.offer(sdp("of b")), a.offer(sdp("of a"))];
  world.clock.pass(10_000);
  const [first, second] = await Promise.all(outcomes);
  assert.deepEqual([first?.kind, second?.kind], ["answered", "answered"]);
});

test("a re-INVITE that meets one without an offer is refused with 491 too (RFC 3261 §14.2)", () => {
  const { world, alice, bob, a, b } = talking(false);
  void a.askForOffer();
  void b.offer(sdp("of b"));
  world.clock.pass(100);
  assert.deepEqual([countOf(alice, "491 INVITE"), countOf(bob, "491 INVITE")], [1, 1]);
});

test("an offer in a 2xx that cannot be lived with is acknowledged, and the call ended (RFC 3261 §13.2.2.4)", async () => {
  const { world, alice, bob, a } = talking(false);
  bob.offer = (offer) => offer.accept({ body: sdp("strange") });
  alice.offer = (offer) => offer.refuse();
  const outcome = a.askForOffer();
  world.clock.pass(1_000);
  assert.equal(outcomeText(await outcome), "over");
  assert.equal(alice.heard.at(-1), "ended by us");
  assert.deepEqual(bob.heard.slice(-2), ["acknowledged -", "ended by peer"]);
});

test("481 and silence end the call, whatever it was asked for (RFC 3261 §12.2.1.2, §14.1)", async () => {
  for (const [answer, why] of [
    [481, "no such call"],
    [408, "no answer"],
    [undefined, "no answer"],
  ] as const) {
    const { world, alice, bob, a } = talking(true);
    bob.host.serve = (transaction) => {
      if (transaction.request.method === "BYE") return transaction.reply(200);
      if (answer !== undefined) transaction.reply(answer);
    };
    const outcome = a.offer(sdp("changed"));
    world.clock.pass(40_000);
    assert.equal(outcomeText(await outcome), "over");
    assert.equal(alice.heard.at(-1), `ended by ${why}`);
    assert.equal(countOf(alice, "BYE"), 1);
    assert.equal(alice.table.stats.calls, 0);
  }
});

test("a re-INVITE is cancelled by its sender: 487, and the offer is closed (RFC 3261 §9.2, RFC 6141 §3.8)", () => {
  const { world, alice, bob, toBob } = talking(false);
  let asked: Offer | undefined;
  bob.offer = (offer) => {
    asked = offer;
  };
  const invite = alice.lastRequest("INVITE").edit().remove("Via").setText("CSeq", "5 INVITE");
  invite.setText("To", `<sip:bob@parlance.test>;tag=${bob.call?.dialog.id.localTag ?? ""}`);
  const heard: number[] = [];
  const transaction = alice.host.endpoint.request(invite.done(), toBob, {
    response: ({ status }) => heard.push(status),
    timeout() {},
    failed() {},
  });
  world.clock.pass(300);
  transaction.cancel();
  world.clock.pass(300);
  assert.deepEqual(heard, [100, 487]);
  assert.equal(asked?.open, false);
  const back = bob.call?.offer(sdp("of bob"));
  world.clock.pass(300);
  assert.ok(back);
  assert.equal(alice.heard.includes("offered of bob"), true);
});

test("a re-INVITE is served before the ACK of the first INVITE is here (RFC 5407 §3.1.4)", async () => {
  const { world, alice, bob, toBob } = two();
  bob.invited = (incoming) => incoming.accept({ body: sdp("answer") });
  alice.lost.push("ACK");
  alice.answered = (call) => {
    alice.call = call;
  };
  alice.place(toBob);
  world.clock.pass(30);
  const outcome = alice.call?.offer(sdp("changed"));
  world.clock.pass(3_000);
  assert.equal(outcomeText((await outcome) ?? assert.fail()), "answer 1 of bob");
  assert.deepEqual(bob.heard.toSorted(), ["acknowledged -", "acknowledged -", "offered changed"]);
});

test("a call that ends takes the offers on their way with it (RFC 3261 §14.1, §15.1.2)", async () => {
  const { world, alice, bob, a, b } = inCall();
  bob.offer = () => {};
  const outcome = a.offer(sdp("changed"));
  const waiting = a.offer(sdp("changed more"));
  world.clock.pass(1_000);
  b.end();
  world.clock.pass(1_000);
  assert.deepEqual((await Promise.all([outcome, waiting])).map(outcomeText), ["over", "over"]);
  assert.equal(bob.sent.includes("487 INVITE"), true);
  assert.equal(alice.heard.at(-1), "ended by peer");
  assert.equal(outcomeText(await a.offer(sdp("later"))), "over");
});

test("a 2xx to a re-INVITE that crosses our BYE is acknowledged all the same (RFC 5407 §3.2.3)", () => {
  const { world, alice, bob, a } = inCall();
  void a.offer(sdp("changed"));
  world.clock.pass(15); // the 2xx is on its way
  a.end();
  world.clock.pass(1_000);
  assert.equal(countOf(alice, "ACK"), 2);
  assert.equal(bob.heard.at(-1), "ended by peer");
});
