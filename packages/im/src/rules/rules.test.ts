/** Rules evaluated: who is meant, how rules combine, what holds without any. RFC 4745 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Condition,
  type Flag,
  type Group,
  type InviteHandling,
  parseAccessRules,
  type Rule,
} from "@parlance/formats";
import * as fc from "fast-check";
import { corpusFor } from "../../../../tools/test/corpora.ts";
import {
  type Access,
  type GroupRights,
  groupSupports,
  type InExternalList,
  identityKey,
  isOpen,
  judgeAccess,
  judgeGroup,
  judgeRules,
  type PreparedRules,
  prepareGroup,
  prepareRules,
  type RuleFacts,
  scheduledEnd,
} from "./index.ts";

const BOB = "sip:bob@example.com";
const NOON = Date.UTC(2030, 4, 4, 12);
const ASK: RuleFacts = {
  identities: [BOB],
  anonymous: false,
  listMember: false,
  media: "message-session",
  service: "+g.oma.sip-im",
  now: NOON,
};
const FRIENDS: InExternalList = (anchor, who) => anchor === "friends" && who === BOB;

function rule(
  conditions: readonly Condition[],
  flags: Partial<Record<Flag, boolean>> = {},
  invite?: InviteHandling,
): Rule {
  const entries = Object.entries(flags) as [Flag, boolean][];
  return { id: `${entries.length}`, conditions, actions: { invite, flags: new Map(entries) } };
}

function identity(...one: readonly string[]): Condition {
  return { kind: "identity", one, many: [] };
}

function many(
  domain?: string,
  exceptIds: readonly string[] = [],
  exceptDomains: readonly string[] = [],
): Condition {
  return { kind: "identity", one: [], many: [{ domain, exceptIds, exceptDomains }] };
}

function matches(condition: Condition, facts: Partial<RuleFacts> = {}): boolean {
  const rules = prepareRules({ rules: [rule([condition])] });
  return judgeRules(rules, { ...ASK, ...facts }, FRIENDS).matched;
}

function from(...identities: readonly string[]): Partial<RuleFacts> {
  return { identities: identities.map(identityKey) };
}

function spans(begin: string, until: string): Condition {
  const past = { from: "2001-01-01T00:00:00Z", until: "2001-01-02T00:00:00Z" };
  return { kind: "validity", spans: [past, { from: begin, until }] };
}

function mediaOf(
  names: readonly RuleFacts["media"][],
  allExcept?: readonly RuleFacts["media"][],
): Condition {
  return { kind: "media list", names, allExcept };
}

function ruleWith(conditions: readonly Condition[]): PreparedRules {
  return prepareRules({ rules: [rule(conditions)] });
}

/** Whether Bob is somebody whom none of these rules names. */
function isOther(...rules: readonly Rule[]): boolean {
  const last = rule([{ kind: "other identity" }], { "join-handling": true });
  const granted = judgeRules(prepareRules({ rules: [...rules, last] }), ASK, FRIENDS);
  return granted.flags.get("join-handling") === true;
}

function accessBy(...rules: readonly Rule[]): Access {
  return judgeAccess(prepareRules({ rules }), ASK, FRIENDS);
}

function hourOf(hour: number): number {
  return Date.UTC(2030, 4, 4, hour);
}

function timeOf(hour: number | undefined): string | undefined {
  return hour === undefined ? undefined : new Date(hourOf(hour)).toISOString();
}

type Hours = readonly [start: number | undefined, end: number | undefined];

function scheduled(...windows: readonly Hours[]): Group {
  return {
    ...POOL,
    activity: {
      mustUnderstand: false,
      maxDurationSeconds: undefined,
      requiredParticipants: [],
      minParticipants: undefined,
      schedule: windows.map(([start, end]) => ({ start: timeOf(start), end: timeOf(end) })),
    },
  };
}

test("an identity is the same however its address is written", () => {
  assert.equal(matches(identity("sip:b%6fb@EXAMPLE.com;transport=tcp")), true);
  assert.equal(matches(identity("sips:bob@example.com:5061")), true);
  assert.equal(matches(identity("sip:Bob@example.com")), false);
  assert.equal(matches(identity("tel:+1-212-555-1234"), from("tel:+12125551234")), true);
  assert.equal(matches(identity("mailto:bob@example.com")), false);
  assert.equal(matches(identity("not a uri"), from("not a uri")), true);
});

test("many means everybody, or a domain, but for those left out", () => {
  assert.equal(matches(many()), true);
  assert.equal(matches(many("EXAMPLE.com.")), true);
  assert.equal(matches(many("ex%61mple.com")), true);
  assert.equal(matches(many("example.net")), false);
  assert.equal(matches(many(undefined, ["sip:BOB@example.com", BOB])), false);
  assert.equal(matches(many(undefined, [], ["example.com"])), false);
  assert.equal(matches(many("example.com", ["sip:alice@example.com"], ["example.net"])), true);
  assert.equal(matches(many("example.com"), from("tel:+1555")), false);
  assert.equal(matches(many(), from("tel:+1555")), true);
  assert.equal(matches(many("example.com"), from("tel:+1555", "sip:bob@example.com:5070")), true);
  // One person: what is said against one of his identities is said against him.
  assert.equal(matches(many(undefined, ["tel:+1555"]), from(BOB, "tel:+1-555")), false);
  assert.equal(matches(many("example.com"), from("sip:example.com@evil.example")), false);
});

test("who hides matches no identity, and only he an anonymous request", () => {
  const hidden: Partial<RuleFacts> = { identities: [], anonymous: true };
  for (const condition of [
    identity(BOB),
    many(),
    { kind: "other identity" },
    { kind: "external list", anchors: ["friends"] },
  ] satisfies Condition[]) {
    assert.equal(matches(condition), true, condition.kind);
    assert.equal(matches(condition, hidden), false, condition.kind);
  }
  assert.equal(matches({ kind: "anonymous request" }), false);
  assert.equal(matches({ kind: "anonymous request" }, hidden), true);
});

test("validity begins with its first moment and ends before its last", () => {
  const condition = spans("2030-05-04T14:00:00+02:00", "2030-05-04T13:00:00Z");
  assert.equal(matches(condition), true);
  assert.equal(matches(condition, { now: NOON - 1 }), false);
  assert.equal(matches(condition, { now: NOON + 3_599_999 }), true);
  assert.equal(matches(condition, { now: NOON + 3_600_000 }), false);
});

test("media and services are those named, or all but those named", () => {
  assert.equal(matches(mediaOf(["message-session"])), true);
  assert.equal(matches(mediaOf(["file-transfer"])), false);
  assert.equal(matches(mediaOf([], ["file-transfer"])), true);
  assert.equal(matches(mediaOf([], ["message-session"])), false);
  assert.equal(matches(mediaOf([])), false);
  const service: Condition = { kind: "service list", names: ["+g.x"], allExcept: undefined };
  assert.equal(matches(service), false);
  assert.equal(matches(service, { service: "+g.x" }), true);
});

test("an external list is asked of its resolver, and one that cannot be had holds nobody", () => {
  assert.equal(matches({ kind: "external list", anchors: ["gone", "friends"] }), true);
  assert.equal(matches({ kind: "external list", anchors: ["gone"] }), false);
});

test("a sphere, and what nobody knows, never holds", () => {
  assert.equal(matches({ kind: "sphere", words: ["work"] }), false);
  assert.equal(matches({ kind: "unknown", name: "mood" }), false);
});

test("other identity is whom no other rule names", () => {
  assert.equal(isOther(), true);
  assert.equal(isOther(rule([identity("sip:alice@example.com")])), true);
  assert.equal(isOther(rule([identity(BOB)])), false);
  // He is named although the rule does not match for another reason.
  assert.equal(isOther(rule([identity(BOB), { kind: "anonymous request" }])), false);
  assert.equal(isOther(rule([{ kind: "external list", anchors: ["friends"] }])), false);
  // A rule is not another one to itself.
  const both = prepareRules({ rules: [rule([identity(BOB), { kind: "other identity" }])] });
  assert.equal(judgeRules(both, ASK, FRIENDS).matched, true);
});

test("all conditions of a rule must hold, and without any it is for everybody", () => {
  assert.equal(judgeRules(ruleWith([]), { ...ASK, identities: [] }, FRIENDS).matched, true);
  assert.equal(
    judgeRules(ruleWith([identity(BOB), many("example.net")]), ASK, FRIENDS).matched,
    false,
  );
});

test("matching rules combine: yes beats no, more beats less", () => {
  const granted = judgeRules(
    prepareRules({
      rules: [
        rule([], { "join-handling": true, "allow-expelling": false }, "accept"),
        rule([], { "join-handling": false }, "reject"),
        rule([identity("sip:x@y")], { "allow-expelling": true, "allow-anonymity": true }),
        rule([]),
      ],
    }),
    ASK,
    FRIENDS,
  );
  assert.deepEqual(granted, {
    matched: true,
    invite: "accept",
    flags: new Map([
      ["join-handling", true],
      ["allow-expelling", false],
    ]),
  });
});

test("the validity printed in RFC 4745 §7.4 holds in its month and not after", (t) => {
  for (const { file, bytes } of corpusFor(t, "xml-rfc-examples")) {
    if (!file.startsWith("rfc4745-06")) continue;
    const ruleset = parseAccessRules(bytes);
    assert.ok(ruleset.ok);
    const rules = prepareRules(ruleset.value);
    const at = (now: number) => judgeRules(rules, { ...ASK, identities: [], now }, FRIENDS).matched;
    assert.equal(at(Date.UTC(2003, 8, 1)), true);
    assert.equal(at(Date.UTC(2003, 9, 1)), false);
  }
});

test("more rules that match never take away what was granted", () => {
  const flags = fc.dictionary(
    fc.constantFrom("join-handling", "allow-expelling", "allow-anonymity"),
    fc.boolean(),
  );
  const some = fc.tuple(flags, fc.constantFrom(undefined, "reject", "pass", "accept"));
  fc.assert(
    fc.property(fc.array(some), some, (few, more) => {
      const judge = (all: readonly (typeof more)[]) =>
        judgeRules(
          prepareRules({
            rules: all.map(([said, invite]) => rule([], said, invite as InviteHandling)),
          }),
          ASK,
          FRIENDS,
        );
      const before = judge(few);
      const after = judge([...few, more]);
      for (const [flag, value] of before.flags) assert.ok(after.flags.get(flag) === true || !value);
      const rank = ["reject", "pass", "accept"];
      assert.ok(rank.indexOf(after.invite ?? "") >= rank.indexOf(before.invite ?? ""));
    }),
    { seed: 4711, numRuns: 200 },
  );
});

test("a user without rules, or whom none of them matches, is rung and stored for", () => {
  const usual = { invite: "ring", offlineStorage: true };
  assert.deepEqual(judgeAccess(undefined, ASK, FRIENDS), usual);
  assert.deepEqual(judgeAccess([], ASK, FRIENDS), usual);
  const closed = { invite: "refuse", offlineStorage: false } as const;
  assert.deepEqual(judgeAccess(undefined, ASK, FRIENDS, closed), closed);
});

test("a rejection wins over whatever else is allowed", () => {
  const refused = { invite: "refuse", offlineStorage: false };
  assert.deepEqual(accessBy(rule([], {}, "accept")), { invite: "answer", offlineStorage: true });
  assert.deepEqual(accessBy(rule([], {}, "pass")), { invite: "ring", offlineStorage: true });
  assert.deepEqual(accessBy(rule([], {}, "reject")), refused);
  assert.deepEqual(
    accessBy(rule([], {}, "accept"), rule([], { "allow-reject-invite": true })),
    refused,
  );
  assert.deepEqual(accessBy(rule([], { "allow-offline-storage": false })), {
    invite: "ring",
    offlineStorage: false,
  });
});

test("an anonymous originator is judged without what the network knows of him", () => {
  const rules = prepareRules({
    rules: [
      rule([identity(BOB)], {}, "accept"),
      rule([{ kind: "anonymous request" }], { "allow-reject-invite": true }),
    ],
  });
  assert.equal(judgeAccess(rules, ASK, FRIENDS).invite, "answer");
  assert.equal(judgeAccess(rules, { ...ASK, anonymous: true }, FRIENDS).invite, "refuse");
});

test("who is named as a reader does not write, unless he moderates; where moderators write nobody else does", () => {
  const ask = { ...ASK, identities: ["sip:x@example.com", "sip:bob@example.com"], owner: false };
  const writes = (change: Partial<Group>, who: Partial<typeof ask> = {}): boolean =>
    judgeGroup(prepareGroup({ ...POOL, ...change }), { ...ask, ...who }, () => false).write;
  const readers = ["sip:Bob@EXAMPLE.com;x=y", "sip:bob@EXAMPLE.com"];
  assert.equal(writes({}), true);
  assert.equal(writes({ readers }), false);
  assert.equal(writes({ readers }, { anonymous: true }), false);
  assert.equal(writes({ readers: ["sip:carol@example.com"] }), true);
  assert.equal(writes({ moderatorsWrite: true }), false);
  assert.equal(writes({ moderatorsWrite: true, readers }, { owner: true }), true);
  const expels = { rules: [rule([], { "allow-expelling": true })] };
  assert.equal(writes({ moderatorsWrite: true, readers, ruleset: expels }), true);
});

const POOL: Group = {
  uri: "sip:pool@example.com",
  displayName: undefined,
  entries: [{ uri: "sip:bob@EXAMPLE.com", displayName: undefined }],
  externals: ["friends"],
  inviteMembers: true,
  maxParticipants: undefined,
  ruleset: undefined,
  subject: undefined,
  services: undefined,
  activity: undefined,
  moderatorsWrite: false,
  readers: [],
  avatar: undefined,
  notUnderstood: [],
};
const NOTHING: GroupRights = {
  initiate: false,
  join: false,
  seeState: false,
  addUsers: false,
  expel: false,
  privateMessages: false,
  anonymity: false,
  write: true, // where he comes in at all
  keyParticipant: false,
};
const MEMBER: GroupRights = {
  ...NOTHING,
  initiate: true,
  join: true,
  seeState: true,
  addUsers: true,
  privateMessages: true,
};

function rights(group: Partial<Group>, who: string, owner = false, anonymous = false): GroupRights {
  const ask = { ...ASK, identities: [identityKey(who)], owner, anonymous };
  return judgeGroup(prepareGroup({ ...POOL, ...group }), ask, FRIENDS);
}

test("without rules members may do all but expel and hide, others nothing", () => {
  assert.deepEqual(rights({}, BOB), MEMBER);
  assert.deepEqual(rights({ entries: [] }, BOB), MEMBER); // a friend, by the list elsewhere
  assert.deepEqual(rights({}, "sip:eve@example.com"), NOTHING);
  assert.deepEqual(rights({}, "sip:owner@example.com", true), { ...MEMBER, expel: true });
});

test("with rules what none of them grants is denied, but to the owner", () => {
  const ruleset = {
    rules: [rule([{ kind: "list member" }], { "join-handling": true, "allow-anonymity": true })],
  };
  assert.deepEqual(rights({ ruleset }, BOB), { ...NOTHING, join: true, anonymity: true });
  assert.deepEqual(rights({ ruleset }, "sip:eve@example.com"), NOTHING);
  assert.deepEqual(rights({ ruleset }, "sip:owner@example.com", true), { ...MEMBER, expel: true });
});

test("a member who wants to be anonymous is a member to the host of the group", () => {
  const ruleset = {
    rules: [rule([{ kind: "list member" }], { "join-handling": true, "allow-anonymity": true })],
  };
  assert.deepEqual(rights({ ruleset }, BOB, false, true), {
    ...NOTHING,
    join: true,
    anonymity: true,
  });
});

test("a group has the media of the services it names, or all", () => {
  const im = (media: readonly RuleFacts["media"][] | undefined) => ({
    ...POOL,
    services: [{ enabler: "+g.oma.sip-im", media }],
  });
  assert.equal(groupSupports(POOL, "pager-mode-message"), true);
  assert.equal(groupSupports(im(undefined), "pager-mode-message"), true);
  assert.equal(groupSupports(im(["message-session"]), "pager-mode-message"), false);
  assert.equal(groupSupports(im(["message-session"]), "message-session"), true);
  const talk = { ...POOL, services: [{ enabler: "+g.poc.talkburst", media: undefined }] };
  assert.equal(groupSupports(talk, "message-session"), false);
});

test("a schedule opens and closes, and windows that touch are one", () => {
  assert.equal(isOpen(POOL, hourOf(1)), true);
  assert.equal(scheduledEnd(POOL, hourOf(1)), undefined);
  const day = scheduled([13, 17], [9, 12], [11, 13]);
  assert.deepEqual(
    [8, 9, 12, 16, 17].map((hour) => isOpen(day, hourOf(hour))),
    [false, true, true, true, false],
  );
  assert.equal(scheduledEnd(day, hourOf(9)), hourOf(17));
  assert.equal(scheduledEnd(scheduled([9, 10], [11, 12]), hourOf(9)), hourOf(10));
  assert.equal(isOpen(scheduled([undefined, 10]), hourOf(0)), true);
  assert.equal(scheduledEnd(scheduled([9, undefined]), hourOf(10)), undefined);
});
