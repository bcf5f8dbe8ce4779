/** Sessions at the two participating functions: each check with its answer, in the order of the clause. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { refuse } from "@parlance/im";
import { originatorFor, userCalled } from "../../testing/people.ts";
import {
  judgeOriginatingSession,
  type OriginatingSessionFacts,
} from "./judge-originating-session.ts";
import {
  judgeTerminatingSession,
  type TerminatingSessionFacts,
} from "./judge-terminating-session.ts";

const alice = userCalled("alice");
const bob = userCalled("bob");

const inviting: OriginatingSessionFacts = {
  isOurs: true,
  originator: originatorFor(alice),
  user: alice,
  contactIsFocus: false,
  running: 0,
  maxSessions: 2,
  media: undefined,
};

function begun(change: Partial<OriginatingSessionFacts>): string {
  const judgement = judgeOriginatingSession({ ...inviting, ...change });
  return judgement.kind === "refusal" ? judgement.condition : judgement.kind;
}

test("a session begins when nothing is against it, and each objection has its turn", () => {
  assert.equal(begun({}), "pass");
  const everything: Partial<OriginatingSessionFacts> = {
    isOurs: false,
    originator: undefined,
    user: { ...alice, disabled: true },
    contactIsFocus: true,
    running: 2,
    media: refuse("no common media"),
  };
  assert.equal(begun(everything), "pass");
  assert.equal(begun({ ...everything, isOurs: true }), "not authenticated");
  const { originator } = inviting;
  assert.equal(begun({ ...everything, isOurs: true, originator }), "not provisioned");
  const { user } = inviting;
  const known = { ...everything, isOurs: true, originator, user };
  assert.equal(begun(known), "already focus");
  assert.equal(begun({ ...known, contactIsFocus: false }), "too many sessions");
  assert.equal(begun({ ...known, contactIsFocus: false, running: 1 }), "no common media");
});

const invited: TerminatingSessionFacts = {
  user: bob,
  access: "pass",
  rule: undefined,
  kind: "sessions",
  barred: false,
  visible: true,
  reachable: 1,
  storable: false,
  queueing: false,
  running: 0,
  maxSessions: 2,
};

function reached(change: Partial<TerminatingSessionFacts>): string {
  const judgement = judgeTerminatingSession({ ...invited, ...change });
  return judgement.kind === "refusal" ? judgement.condition : judgement.kind;
}

test("the table of the terminating side is followed in its order", () => {
  assert.equal(reached({}), "forward");
  const everything: Partial<TerminatingSessionFacts> = {
    user: { ...bob, disabled: true },
    access: "reject",
    barred: true,
    visible: false,
    running: 2,
  };
  assert.equal(reached(everything), "no such user");
  const known = { ...everything, user: bob };
  assert.equal(reached(known), "access denied");
  assert.equal(reached({ ...known, access: "pass" }), "barred");
  const wanted: Partial<TerminatingSessionFacts> = { ...known, access: "pass", barred: false };
  assert.equal(reached(wanted), "unreachable");
  assert.equal(reached({ ...wanted, visible: true, reachable: 0 }), "unreachable");
  assert.equal(reached({ ...wanted, visible: true }), "too many sessions");
});

test("one message in a session waits for whoever is away, and behind what waits already", () => {
  assert.equal(reached({ storable: true, reachable: 0 }), "defer");
  assert.equal(reached({ storable: true, visible: false }), "defer");
  assert.equal(reached({ storable: true, queueing: true }), "defer");
  assert.equal(reached({ storable: false, queueing: true }), "forward");
});
