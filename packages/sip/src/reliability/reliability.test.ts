import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { RAck } from "../message/index.ts";
import {
  glareDelayMs,
  judgeOffer,
  mayOffer,
  NO_OFFER,
  type OfferState,
  offerSent,
  offerSettled,
  requestAnswered,
} from "./offer-state.ts";
import { judgeReliable, NOTHING_RECEIVED } from "./reliable-receiver.ts";
import {
  finishReliably,
  judgePrack,
  mayAnswer,
  type ReliableSender,
  reliabilityOf,
  reliableDeadline,
  reliableTick,
  sendReliably,
  startReliableSender,
} from "./reliable-sender.ts";

const invite = { cseq: 7, method: "INVITE" };

/** A sender whose first response, an 183 with a session description, is on its way. */
function waiting(share = 0): { readonly sender: ReliableSender; readonly rseq: number } {
  const response = { status: 183, describesSession: true };
  const sent = sendReliably(startReliableSender(invite, share), response, 0);
  assert.ok(sent);
  return sent;
}

test("what the request says about 100rel is obeyed (RFC 3262 §3)", () => {
  assert.equal(reliabilityOf(["timer", "100rel"], []), "may");
  assert.equal(reliabilityOf(["100rel"], ["100rel"]), "must");
  assert.equal(reliabilityOf([], []), "must not");
});

test("a response is sent again with doubling waits and given up after 64 T1", () => {
  let { sender } = waiting();
  const resent: number[] = [];
  let gaveUpAt: number | undefined;
  for (let at = reliableDeadline(sender); at !== undefined; at = reliableDeadline(sender)) {
    const tick = reliableTick(sender, at);
    ({ sender } = tick);
    if (tick.do === "resend") resent.push(at);
    if (tick.do === "give up") gaveUpAt = at;
  }
  assert.deepEqual(resent, [500, 1_500, 3_500, 7_500, 15_500, 31_500]);
  assert.equal(gaveUpAt, 32_000);
  assert.equal(reliableTick(waiting().sender, 9_999_999).do, "give up", "the clock woke up late");
});

test("only the PRACK of the very response stops it; any other gets 481", () => {
  const { sender, rseq } = waiting();
  const good = RAck.read(`${rseq} 7 INVITE`);
  assert.equal(judgePrack(sender, good).do, "accept");
  for (const bad of [`${rseq + 1} 7 INVITE`, `${rseq} 8 INVITE`, `${rseq} 7 invite`]) {
    assert.deepEqual(judgePrack(sender, RAck.read(bad)), { do: "refuse", status: 481 });
  }
  const verdict = judgePrack(sender, good);
  assert.ok(verdict.do === "accept");
  assert.equal(judgePrack(verdict.sender, good).do, "refuse", "the second time");
});

test("numbers begin between 1 and 2**31 - 1 and rise by one; one response waits at a time", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (share) => {
      const { sender, rseq } = waiting(share);
      assert.ok(rseq >= 1 && rseq < 2 ** 31);
      const next = { status: 180, describesSession: false };
      assert.equal(sendReliably(sender, next, 1), undefined);
      const verdict = judgePrack(sender, { ...invite, rseq });
      assert.ok(verdict.do === "accept");
      assert.equal(sendReliably(verdict.sender, next, 1)?.rseq, rseq + 1);
      assert.equal(sendReliably(verdict.sender, { ...next, status: 100 }, 1), undefined);
    }),
  );
});

test("a 2xx waits for the PRACK of a session description, other answers do not", () => {
  const { sender, rseq } = waiting();
  assert.deepEqual(
    [200, 486].map((status) => mayAnswer(sender, status)),
    [false, true],
  );
  const over = finishReliably(sender);
  assert.equal(reliableDeadline(over), undefined);
  assert.equal(judgePrack(over, { ...invite, rseq }).do, "accept", "a late PRACK");
  assert.equal(sendReliably(over, { status: 180, describesSession: false }, 1), undefined);
});

test("reliable responses are taken in order, once (RFC 3262 §4)", () => {
  const response = { status: 183, reliable: true, rseq: 10, ...invite };
  const first = judgeReliable(NOTHING_RECEIVED, response);
  assert.ok(first.do === "acknowledge");
  assert.deepEqual(RAck.write(first.rack), ["10 7 INVITE"]);
  const { receiver } = first;
  assert.equal(judgeReliable(receiver, response).do, "discard");
  assert.equal(judgeReliable(receiver, { ...response, rseq: 12 }).do, "discard");
  assert.equal(judgeReliable(receiver, { ...response, rseq: 11 }).do, "acknowledge");
  assert.equal(judgeReliable(receiver, { ...response, reliable: false }).do, "process");
  assert.equal(judgeReliable(receiver, { ...response, status: 100 }).do, "process");
  assert.equal(judgeReliable(receiver, { ...response, rseq: undefined }).do, "discard");
});

function offer(of: OfferState, method: string, offers = true): string {
  const verdict = judgeOffer(of, { method, offers }, 0.999);
  return verdict.do === "accept"
    ? "accept"
    : `${verdict.status} ${verdict.retryAfterS ?? ""}`.trim();
}

test("offers that cross are refused: 491 against ours, 500 against theirs (RFC 3311 §5.2)", () => {
  assert.equal(offer(NO_OFFER, "UPDATE"), "accept");
  assert.equal(offer(offerSent(NO_OFFER), "UPDATE"), "491");
  assert.equal(offer(offerSent(NO_OFFER), "UPDATE", false), "accept");
  const owing = { ...NO_OFFER, received: true };
  assert.equal(offer(owing, "UPDATE"), "500 10");
  assert.equal(offer(owing, "INVITE"), "500 10");
  assert.equal(offer({ ...NO_OFFER, updating: true }, "UPDATE", false), "500 10");
  assert.ok(!mayOffer(owing) && !mayOffer(offerSent(NO_OFFER)));
});

test("an offer that is settled leaves the way free again", () => {
  const request = { method: "UPDATE", offers: true };
  const verdict = judgeOffer(NO_OFFER, request, 0);
  assert.ok(verdict.do === "accept");
  assert.deepEqual(requestAnswered(verdict.state, request), NO_OFFER);
  assert.deepEqual(offerSettled(offerSent(NO_OFFER)), NO_OFFER);
  assert.ok(mayOffer(NO_OFFER));
});

test("after a 491 the two sides wait in separate spans (RFC 3261 §14.1)", () => {
  assert.deepEqual(
    [0, 0.9999].map((share) => glareDelayMs(true, share)),
    [2_100, 3_990],
  );
  assert.deepEqual(
    [0, 0.9999].map((share) => glareDelayMs(false, share)),
    [0, 1_990],
  );
});
