/** The checks of the controlling function, each with its answer, in the order of the clauses. IM-7.2.1.2 to IM-7.2.1.5 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { GroupRights, Refusal } from "@parlance/im";
import { isRefusal, refuse } from "@parlance/im";
import { utf8Bytes } from "@parlance/wire";
import { readOfferedMedia } from "../../media/index.ts";
import { originatorFor, userCalled } from "../../testing/people.ts";
import { configuredGroup } from "../configured-groups.ts";
import { type JoinFacts, judgeJoin, type Standing } from "./join-predefined-group.ts";
import { judgeModeration, type ModerationFacts } from "./moderate.ts";
import { judgeReferral, type ReferFacts } from "./refer.ts";
import { judgeRejoin, type RejoinFacts } from "./rejoin.ts";
import { judgeRelease, type ReleaseFacts } from "./release-policy.ts";
import { type AdHocFacts, judgeAdHoc } from "./set-up-ad-hoc-group.ts";
import { judgeSetUp } from "./set-up-predefined-group.ts";
import { judgeSubscription, type StateFacts } from "./subscribe-conference-state.ts";

const alice = userCalled("alice");
const originator = originatorFor(alice);
const anonymous = { ...originator, anonymous: true };
const EVERYTHING: GroupRights = {
  initiate: true,
  join: true,
  seeState: true,
  addUsers: true,
  expel: true,
  privateMessages: true,
  anonymity: true,
  write: true,
  keyParticipant: false,
};
const team = configuredGroup({ name: "team", members: ["alice", "bob"] }, "example.com");
const STRANGER: Standing = { inside: false, expelled: false, named: false, expected: false };

const SDP = [
  "v=0",
  "o=- 1 1 IN IP4 192.0.2.7",
  "s=-",
  "c=IN IP4 192.0.2.7",
  "t=0 0",
  "m=message 7654 TCP/MSRP *",
  "a=accept-types:message/cpim",
  "a=path:msrp://192.0.2.7:7654/abc;tcp",
  "",
].join("\r\n");
const read = readOfferedMedia({ type: "application/sdp", bytes: utf8Bytes(SDP) });
assert.ok(typeof read !== "string");
const offer = read;

const GOOD: JoinFacts["ask"] = {
  isOurs: true,
  contactIsFocus: false,
  originator,
  unknownExtensions: [],
  offer,
};
const BAD: JoinFacts["ask"] = {
  isOurs: false,
  contactIsFocus: true,
  originator: undefined,
  unknownExtensions: ["magic"],
  offer: refuse("no common media"),
};

const joining: JoinFacts = {
  ask: GOOD,
  group: team,
  rights: EVERYTHING,
  standing: STRANGER,
  full: false,
  busy: false,
  active: true,
  locked: false,
  open: true,
  overloaded: false,
};

function said(judgement: Refusal | { readonly kind: string }): string {
  if (!("condition" in judgement)) return judgement.kind;
  const { status, warning } = judgement;
  return warning === undefined ? String(status) : `${status} ${warning}`;
}

/** Everything is wrong at first; one fault after the other is mended, and each time the next one is answered. */
function walk<F>(
  judge: (facts: F) => Refusal | { readonly kind: string } | undefined,
  worst: F,
  steps: readonly (readonly [answer: string, mend: Partial<F>])[],
): void {
  let facts = worst;
  for (const [answer, mend] of steps) {
    const judgement = judge(facts);
    assert.equal(judgement === undefined ? "pass" : said(judgement), answer);
    facts = { ...facts, ...mend };
  }
}

const MENDED = {
  tag: { ...BAD, isOurs: true },
  focus: { ...BAD, isOurs: true, contactIsFocus: false },
  known: { ...BAD, isOurs: true, contactIsFocus: false, originator: anonymous },
  requires: { ...GOOD, originator: anonymous, offer: BAD.offer },
};

test("a session of a group is set up when nothing is against it, and each objection has its turn (IM-7.2.1.3-01, IM-7.2.1.3-02, IM-7.2.1.3-03, IM-7.2.1.3-04, IM-7.2.1.3-05, IM-7.2.1.3-06, IM-7.1.1.1-N1, IM-7.2.1.3-07)", () => {
  const NOTHING = { ...EVERYTHING, initiate: false, join: false, anonymity: false };
  const worst: JoinFacts = {
    ...joining,
    ask: BAD,
    group: undefined,
    rights: NOTHING,
    full: true,
    busy: true,
    active: false,
    open: false,
    overloaded: true,
  };
  walk<JoinFacts>(judgeSetUp, worst, [
    ["403 IM feature tag missing", { ask: MENDED.tag }],
    ["404 conference URI does not exist", { group: team }],
    ["403 isfocus already assigned", { ask: MENDED.focus }],
    ["403 originator not authenticated", { ask: MENDED.known }],
    ["403 not authorised to initiate the session", { rights: { ...NOTHING, initiate: true } }],
    [
      "403 not authorised to join the session",
      { rights: { ...NOTHING, initiate: true, join: true } },
    ],
    ["403 anonymity not allowed", { rights: EVERYTHING }],
    ["420", { ask: MENDED.requires }],
    ["488 no acceptable MSRP media", { ask: { ...GOOD, originator: anonymous } }],
    ["486 too many participants", { full: false }],
    ["486 too many sessions", { busy: false }],
    ["403 not authorised to initiate the session", { open: true }],
    ["503", { overloaded: false }],
    ["join", {}],
  ]);
  assert.equal(
    said(judgeSetUp({ ...joining, standing: { ...STRANGER, expelled: true } })),
    "403 not authorised to join the session",
  );
});

test("a room is joined when nothing is against it, and each objection has its turn (IM-7.2.1.4-06, IM-7.2.1.4-07, IM-7.2.1.4-07a, IM-7.2.1.4-07b)", () => {
  const NOTHING = { ...EVERYTHING, initiate: false, join: false, anonymity: false };
  const worst: JoinFacts = {
    ...joining,
    ask: BAD,
    group: undefined,
    rights: NOTHING,
    full: true,
    busy: true,
    active: false,
    open: false,
    overloaded: true,
  };
  walk<JoinFacts>(judgeJoin, worst, [
    ["403 IM feature tag missing", { ask: MENDED.tag }],
    ["404 conference URI does not exist", { group: team }],
    ["403 isfocus already assigned", { ask: MENDED.focus }],
    ["403 originator not authenticated", { ask: MENDED.known }],
    ["403 not authorised to join the session", { rights: { ...NOTHING, join: true } }],
    ["403 anonymity not allowed", { rights: { ...EVERYTHING, initiate: false } }],
    ["420", { ask: MENDED.requires }],
    ["488 no acceptable MSRP media", { ask: { ...GOOD, originator: anonymous } }],
    ["486 too many participants", { full: false }],
    ["486 too many sessions", { busy: false }],
    ["403 not authorised to initiate the session", { rights: EVERYTHING }],
    ["403 not authorised to initiate the session", { open: true }],
    ["503", { overloaded: false }],
    ["join", {}],
  ]);
  // Who may join comes in where a session runs, whoever may begin one.
  assert.equal(said(judgeJoin({ ...joining, rights: { ...EVERYTHING, initiate: false } })), "join");
  const inside = { ...STRANGER, inside: true };
  assert.equal(said(judgeJoin({ ...joining, full: true, standing: inside })), "join");
  const named = {
    ...joining,
    ask: { ...GOOD, originator: anonymous },
    standing: { ...STRANGER, named: true },
  };
  assert.equal(said(judgeJoin(named)), "403 anonymity not allowed");
});

test("a list makes a session when nothing is against it, and each objection has its turn (7.2)", () => {
  const { user: _, ...foreign } = originator;
  const worst: AdHocFacts = {
    ask: BAD,
    isFactory: false,
    mayHide: false,
    list: "missing",
    most: 2,
    busy: true,
    overloaded: true,
  };
  const listed = (count: number): AdHocFacts["list"] =>
    Array.from({ length: count }, (__, at) => ({
      uri: `sip:u${at}@example.com`,
      displayName: undefined,
      copyControl: undefined,
      anonymize: false,
      count: 1,
      address: `sip:u${at}@example.com`,
      target: originator.uri,
      replaces: undefined,
    }));
  walk<AdHocFacts>(judgeAdHoc, worst, [
    ["403 IM feature tag missing", { ask: MENDED.tag }],
    ["404 conference URI does not exist", { isFactory: true }],
    ["403 isfocus already assigned", { ask: MENDED.focus }],
    [
      "403 originator not authenticated",
      { ask: { ...MENDED.focus, originator: { ...foreign, user: undefined } } },
    ],
    ["403 service not authorised", { ask: MENDED.known }],
    ["403 anonymity not allowed", { mayHide: true }],
    ["420", { ask: MENDED.requires }],
    ["488 no acceptable MSRP media", { ask: { ...GOOD, originator: anonymous } }],
    ["400 recipient list missing", { list: "not valid" }],
    ["400 recipient list not valid", { list: "too many" }],
    ["403 too many recipients", { list: refuse("bad body") }],
    ["400 message body not valid", { list: listed(2) }],
    ["403 too many recipients", { list: listed(1) }],
    ["486 too many sessions", { busy: false }],
    ["503", { overloaded: false }],
    ["set up", {}],
  ]);
});

test("who was in a session comes back, and each objection has its turn (7.5)", () => {
  const NOTHING = { ...EVERYTHING, join: false, anonymity: false };
  const worst: RejoinFacts = {
    ask: BAD,
    exists: false,
    known: false,
    standing: STRANGER,
    rights: NOTHING,
    full: true,
    locked: false,
    busy: true,
  };
  walk<RejoinFacts>(judgeRejoin, worst, [
    ["403 IM feature tag missing", { ask: MENDED.tag }],
    ["404 conference URI does not exist", { exists: true }],
    ["403 isfocus already assigned", { ask: MENDED.focus }],
    ["403 originator not authenticated", { ask: MENDED.known }],
    ["403 not authorised to join the session", { known: true }],
    ["403 anonymity not allowed", { rights: { ...NOTHING, anonymity: true } }],
    ["486 too many participants", { full: false }],
    ["486 too many sessions", { busy: false }],
    ["420", { ask: MENDED.requires }],
    ["488 no acceptable MSRP media", { ask: GOOD }],
    ["join", {}],
  ]);
  const expelled = {
    ...worst,
    ask: GOOD,
    exists: true,
    known: true,
    standing: { ...STRANGER, expelled: true },
  };
  assert.equal(said(judgeRejoin(expelled)), "403 not authorised to join the session");
});

test("a referral is carried out when nothing is against it, and each objection has its turn (7.7, 7.12)", () => {
  const { uri } = originator;
  const target = { method: "INVITE", uri, text: "sip:dave@example.com", subject: undefined };
  const worst: ReferFacts = {
    exists: false,
    participates: false,
    ask: refuse("bad body"),
    rights: { addUsers: false, expel: false },
    locked: false,
    count: 2,
    most: 2,
    newcomers: 1,
  };
  const both = [target, { ...target, method: "BYE" }];
  walk<ReferFacts>(judgeReferral, worst, [
    ["404 conference URI does not exist", { exists: true }],
    ["403 not authorised to add users", { participates: true }],
    [
      "400 message body not valid",
      { ask: { targets: [...both, { ...target, method: "INFO" }], silent: true } },
    ],
    ["403 not authorised to add users", { rights: { addUsers: true, expel: false } }],
    ["403 not authorised to expel users", { rights: { addUsers: true, expel: true } }],
    ["403 not authorised to add users", { ask: { targets: both, silent: true } }],
    ["486 too many participants", { most: 3 }],
    ["refer", {}],
  ]);
});

test("a locked session lets in who is expected there and who moderates it, and nobody else", () => {
  const member = { ...EVERYTHING, expel: false };
  const locked = { ...joining, rights: member, locked: true };
  const expected = { ...STRANGER, expected: true };
  const coming: RejoinFacts = { ...locked, exists: true, known: true };
  for (const judge of [
    (facts: Partial<JoinFacts>) => judgeJoin({ ...locked, ...facts }),
    (facts: Partial<JoinFacts>) => judgeSetUp({ ...locked, ...facts }),
    ({ rights, standing = STRANGER }: Partial<JoinFacts>) =>
      judgeRejoin({ ...coming, rights: rights ?? member, standing }),
  ]) {
    assert.equal(said(judge({})), "403 session is locked");
    assert.equal(said(judge({ standing: expected })), "join");
    assert.equal(said(judge({ rights: EVERYTHING })), "join");
  }
  const somebody = { method: "INVITE", uri: originator.uri, text: "", subject: undefined };
  const ask = { targets: [somebody], silent: true };
  const facts = { exists: true, participates: true, ask, locked: true, count: 1, most: 9 };
  const bringing = { ...facts, newcomers: 1 };
  assert.equal(said(judgeReferral({ ...bringing, rights: member })), "403 session is locked");
  assert.equal(said(judgeReferral({ ...bringing, rights: EVERYTHING })), "refer");
});

test("a published wish is heard when nothing is against it, and each objection has its turn (RFC 3903 §6)", () => {
  const wish = { subject: "Dinner", locked: undefined, muted: [] };
  const worst: ModerationFacts = {
    isConference: false,
    refersToEarlier: true,
    contentType: undefined,
    moderates: false,
    wish: refuse("bad body"),
  };
  const steps: readonly (readonly [string, Partial<ModerationFacts>])[] = [
    ["489", { isConference: true }],
    ["412", { refersToEarlier: false }],
    ["403 not authorised to change the session", { moderates: true }],
    ["400 message body missing", { contentType: "text/plain" }],
    ["415", { contentType: "application/conference-info+xml" }],
    ["400 message body not valid", { wish }],
  ];
  let facts = worst;
  for (const [answer, mend] of steps) {
    const judged = judgeModeration(facts);
    assert.equal(isRefusal(judged) ? said(judged) : "heard", answer);
    facts = { ...facts, ...mend };
  }
  assert.deepEqual(judgeModeration(facts), wish);
});

test("the state of a session is for those who are in, and whom its group lets see it (10.1)", () => {
  const worst: StateFacts = {
    isConference: false,
    exists: false,
    originator: undefined,
    participates: false,
    rights: { ...EVERYTHING, seeState: false },
  };
  walk<StateFacts>(judgeSubscription, worst, [
    ["489", { isConference: true }],
    ["404 conference URI does not exist", { exists: true }],
    ["403 originator not authenticated", { originator }],
    ["403 conference state not allowed", { participates: true }],
    ["pass", { participates: false, rights: EVERYTHING }],
    ["pass", {}],
  ]);
});

test("a session ends when nobody is left, when it is not worth while any more, and not before (16.6, IM-7.2.2.5-01)", () => {
  const two: ReleaseFacts = {
    kind: "ad-hoc",
    present: 2,
    pending: 0,
    minParticipants: undefined,
    key: { everIn: false, present: 0 },
  };
  const judged = (change: Partial<ReleaseFacts>): string => judgeRelease({ ...two, ...change }).do;
  assert.equal(judged({}), "go on");
  assert.equal(judged({ present: 1 }), "wait");
  assert.equal(judged({ present: 1, pending: 1 }), "go on");
  assert.equal(judged({ present: 0 }), "end");
  assert.equal(judged({ present: 0, pending: 1 }), "go on");
  assert.equal(judged({ kind: "chat room", present: 1 }), "go on");
  assert.equal(judged({ kind: "chat room", present: 0 }), "end");
  assert.equal(judged({ kind: "pre-defined", minParticipants: 3 }), "wait");
  assert.equal(judged({ kind: "pre-defined", minParticipants: 2 }), "go on");
  assert.equal(judged({ kind: "chat room", key: { everIn: true, present: 0 } }), "end");
  assert.equal(judged({ key: { everIn: true, present: 1 } }), "go on");
});
