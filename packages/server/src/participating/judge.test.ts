import assert from "node:assert/strict";
import { test } from "node:test";
import { refuse } from "@parlance/im";
import { originatorFor, userCalled } from "../testing/people.ts";
import { judgeOriginating, type OriginatingFacts } from "./judge-originating.ts";
import {
  type FailureFacts,
  judgeFailure,
  judgeTerminating,
  type TerminatingFacts,
} from "./judge-terminating.ts";

const alice = userCalled("alice");
const bob = userCalled("bob");

const sending: OriginatingFacts = {
  isMessage: true,
  asksForIm: true,
  untagged: "refuse",
  originator: originatorFor(alice),
  user: alice,
  sizeBytes: 100,
  maxBytes: 1_000,
  unreadable: undefined,
  partsReadable: true,
  claim: undefined,
};

/** "pass", "pass, filled in", or the condition of the refusal. */
function sent(change: Partial<OriginatingFacts>): string {
  const judgement = judgeOriginating({ ...sending, ...change });
  if (judgement.kind === "refusal") return judgement.condition;
  return judgement.fillInSender ? "pass, filled in" : "pass";
}

test("IM-8.1.1-01: a MESSAGE without the feature tag is refused, served or passed, as configured", () => {
  assert.equal(sent({ asksForIm: false }), "no feature tag");
  assert.equal(sent({ asksForIm: false, untagged: "serve" }), "pass");
  assert.equal(sent({ asksForIm: false, untagged: "pass" }), "pass");
  assert.equal(sent({ asksForIm: false, untagged: "pass", claim: "other" }), "pass");
});

test("IM-8.1.1-02: the originator must be asserted and be the served user", () => {
  assert.equal(sent({ originator: undefined }), "not authenticated");
  assert.equal(sent({ originator: originatorFor(bob) }), "not authenticated");
  const foreign = { ...originatorFor(alice), user: undefined };
  assert.equal(sent({ originator: foreign }), "not authenticated");
});

test("a user whose service was withdrawn sends nothing", () => {
  assert.equal(sent({ user: { ...alice, disabled: true } }), "not provisioned");
});

test("a body above the limit is refused with 513, one at the limit is not", () => {
  assert.equal(sent({ sizeBytes: 1_001 }), "message too large");
  assert.equal(sent({ sizeBytes: 1_000 }), "pass");
});

test("a body whose parts cannot be told apart, or are too many, is refused", () => {
  assert.equal(sent({ partsReadable: false }), "bad body");
});

test("an envelope names its sender or nobody, and then the server writes who it is", () => {
  assert.equal(sent({ claim: "named" }), "pass");
  assert.equal(sent({ claim: "missing" }), "pass, filled in");
  assert.equal(sent({ claim: "other" }), "wrong sender");
  assert.equal(sent({ claim: refuse("bad body") }), "bad body");
});

test("IM-8.1.1-04: an envelope may name nobody when the sender asked for anonymity", () => {
  assert.equal(sent({ claim: "anonymous", originator: originatorFor(alice, true) }), "pass");
  assert.equal(sent({ claim: "anonymous" }), "wrong sender");
});

test("requests that are no MESSAGE pass when their originator may use the service", () => {
  assert.equal(sent({ isMessage: false, asksForIm: false, sizeBytes: 9_999 }), "pass");
  assert.equal(sent({ isMessage: false, originator: undefined }), "not authenticated");
});

const arriving: TerminatingFacts = {
  isMessage: true,
  user: bob,
  asserted: true,
  access: "pass",
  rule: undefined,
  barred: false,
  filesBarred: false,
  visible: true,
  reachable: 1,
  fitting: 1,
  broughtBySession: false,
  queueing: false,
  storable: true,
};

function arrived(change: Partial<TerminatingFacts>): string {
  const judgement = judgeTerminating({ ...arriving, ...change });
  return judgement.kind === "refusal" ? judgement.condition : judgement.kind;
}

test("IM-8.1.1-05: a MESSAGE to a reachable user is forwarded, the checks in their order before it", () => {
  assert.equal(arrived({}), "forward");
  const everything = { access: "reject", barred: true, visible: false, reachable: 0 } as const;
  assert.equal(arrived({ ...everything, user: { ...bob, disabled: true } }), "no such user");
  assert.equal(arrived({ ...everything, asserted: false }), "not authenticated");
  assert.equal(arrived(everything), "access denied");
  assert.equal(arrived({ ...everything, access: "pass" }), "barred");
  assert.equal(arrived({ ...everything, access: "pass", barred: false }), "defer");
  assert.equal(arrived({ filesBarred: true, reachable: 0 }), "files barred");
  assert.equal(arrived({ filesBarred: true, barred: true }), "barred");
});

test("who cannot be reached or seen gets it later, unless it must not be stored", () => {
  assert.equal(arrived({ reachable: 0 }), "defer");
  assert.equal(arrived({ visible: false }), "defer");
  assert.equal(arrived({ reachable: 0, storable: false }), "unreachable");
  assert.equal(arrived({ visible: false, storable: false }), "unreachable");
});

test("IM-8.1-02: a body too long for datagrams is refused when there is no other way", () => {
  assert.equal(arrived({ reachable: 2, fitting: 0 }), "too long for datagrams");
  assert.equal(arrived({ reachable: 2, fitting: 0, broughtBySession: true }), "defer");
  assert.equal(arrived({ reachable: 2, fitting: 1 }), "forward");
});

test("a new message does not overtake those that wait, what cannot wait does", () => {
  assert.equal(arrived({ queueing: true }), "defer");
  assert.equal(arrived({ queueing: true, storable: false }), "forward");
});

test("other requests are forwarded or answered 480, and never stored", () => {
  assert.equal(arrived({ isMessage: false, storable: false }), "forward");
  assert.equal(arrived({ isMessage: false, barred: true, storable: false }), "forward");
  assert.equal(arrived({ isMessage: false, reachable: 0, storable: false }), "unreachable");
});

const failed: FailureFacts = {
  isMessage: true,
  status: 480,
  storable: true,
  broughtBySession: false,
  unwrappable: false,
};

function after(change: Partial<FailureFacts>): string {
  const judgement = judgeFailure({ ...failed, ...change });
  return judgement.kind === "refusal" ? judgement.condition : judgement.kind;
}

test("a failure that only says that nobody is there defers, every other is passed back", () => {
  for (const status of [408, 430, 480, 500, 503, 504]) {
    assert.equal(after({ status }), "defer", String(status));
    assert.equal(after({ status, storable: false }), "pass back", String(status));
  }
  for (const status of [400, 403, 404, 413, 486, 600, 603]) {
    assert.equal(after({ status }), "pass back", String(status));
  }
  assert.equal(after({ isMessage: false, storable: false }), "pass back");
});

test("RFC 3428 §11: a phone that knows no envelope gets the text from it, once", () => {
  assert.equal(after({ status: 415, unwrappable: true }), "unwrap");
  assert.equal(after({ status: 488, unwrappable: true }), "unwrap");
  assert.equal(after({ status: 415 }), "pass back");
  assert.equal(after({ status: 480, unwrappable: true }), "defer");
  assert.equal(after({ status: 413 }), "pass back");
  assert.equal(after({ status: 413, broughtBySession: true }), "defer");
});
