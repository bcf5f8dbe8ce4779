import assert from "node:assert/strict";
import { test } from "node:test";
import type { Entity } from "@parlance/formats";
import { refuse } from "@parlance/im";
import { utf8Bytes } from "@parlance/wire";
import { originatorFor, userCalled } from "../testing/people.ts";
import { configuredGroup } from "./configured-groups.ts";
import { type GroupFacts, judgeGroup } from "./judge-group.ts";
import { judgeList, type ListFacts } from "./judge-list.ts";
import type { Group } from "./model.ts";

const alice = userCalled("alice");
const part: Entity = { headers: [["Content-Type", "text/plain"]], content: utf8Bytes("hello") };
const full = { recipients: [], parts: [part] };

const list: ListFacts = {
  asksForIm: true,
  untagged: "refuse",
  originator: originatorFor(alice),
  unknownExtensions: [],
  body: full,
  claim: undefined,
};

function listed(change: Partial<ListFacts>): string {
  const judgement = judgeList({ ...list, ...change });
  return judgement.kind === "refusal" ? judgement.condition : judgement.kind;
}

test("IM-8.1.1-06a: a MESSAGE with a list is copied when nothing speaks against it", () => {
  assert.equal(listed({}), "copy");
  assert.equal(listed({ asksForIm: false, untagged: "serve" }), "copy");
});

test("IM-8.1.1-06b: the checks of the factory are made in their order, the first failure answers", () => {
  const lacks = {
    asksForIm: false,
    originator: undefined,
    unknownExtensions: ["foo"],
    body: "missing",
    claim: "other",
  } as const;
  assert.equal(listed(lacks), "no feature tag");
  assert.equal(listed({ ...lacks, asksForIm: true }), "not authenticated");
  const originator = { ...originatorFor(alice), user: undefined };
  assert.equal(listed({ ...lacks, asksForIm: true, originator }), "not provisioned");
  const disabled = originatorFor({ ...alice, disabled: true });
  assert.equal(listed({ ...lacks, asksForIm: true, originator: disabled }), "not provisioned");
  const known = { ...lacks, asksForIm: true, originator: originatorFor(alice) };
  assert.equal(listed(known), "unknown extension");
  assert.equal(listed({ ...known, unknownExtensions: [] }), "no list");
  assert.equal(listed({ ...known, unknownExtensions: [], body: full }), "wrong sender");
});

test("RFC 5365 §5: an unknown extension is named in Unsupported", () => {
  const judgement = judgeList({ ...list, unknownExtensions: ["foo", "bar"] });
  assert.ok(judgement.kind === "refusal");
  assert.equal(judgement.status, 420);
  assert.deepEqual(judgement.headers, [["Unsupported", "foo, bar"]]);
});

test("lists that are missing, unreadable or too long have each their refusal", () => {
  assert.deepEqual(warning("missing"), [400, "recipient list missing"]);
  assert.deepEqual(warning("not valid"), [400, "recipient list not valid"]);
  assert.deepEqual(warning("too many"), [403, "too many recipients"]);
  assert.deepEqual(warning({ recipients: [], parts: [] }), [400, "message body missing"]);
  assert.deepEqual(warning(refuse("unsupported type")), [415, undefined]);
});

test("IM-8.1.1-04: the envelope names the sender, or nobody when he asked for anonymity", () => {
  assert.equal(listed({ claim: "named" }), "copy");
  assert.equal(listed({ claim: "missing" }), "copy");
  assert.equal(listed({ claim: "anonymous" }), "wrong sender");
  assert.equal(listed({ claim: "anonymous", originator: originatorFor(alice, true) }), "copy");
});

const team: Group = configuredGroup({ name: "team", members: ["alice"] }, "example.com");

const group: GroupFacts = {
  asksForIm: true,
  untagged: "refuse",
  group: team,
  originator: originatorFor(alice),
  members: new Set([alice.address]),
  mayWrite: true,
  hasBody: true,
};

function grouped(change: Partial<GroupFacts>): string | undefined {
  return judgeGroup({ ...group, ...change })?.condition;
}

test("IM-8.1.1-07a: a member writes to his group; the checks are made in their order", () => {
  assert.equal(grouped({}), undefined);
  assert.equal(grouped({ asksForIm: false, group: undefined }), "no feature tag");
  assert.equal(grouped({ group: undefined, originator: undefined }), "no such conference");
  assert.equal(grouped({ originator: undefined }), "not authenticated");
  const eve = originatorFor(userCalled("eve"), true);
  assert.equal(grouped({ originator: eve }), "no initiation");
  assert.equal(grouped({ originator: eve, group: { ...team, openToAll: true } }), "no anonymity");
  assert.equal(grouped({ group: { ...team, pagerMessages: false } }), "no pager messages");
  assert.equal(grouped({ hasBody: false }), "no body");
});

test("IM-8.1.1-N1: an anonymous message needs a group that allows it", () => {
  const anonymous = originatorFor(alice, true);
  assert.equal(grouped({ originator: anonymous }), "no anonymity");
  const allowing = { ...team, allowAnonymity: true };
  assert.equal(grouped({ originator: anonymous, group: allowing }), undefined);
});

test("a member is known by any of his identities", () => {
  const identities = ["sip:ali@example.com", alice.address];
  const ali = { ...originatorFor({ ...alice, identities }), address: "sip:ali@example.com" };
  assert.equal(grouped({ originator: ali }), undefined);
});

function warning(body: ListFacts["body"]): readonly unknown[] | false {
  const judgement = judgeList({ ...list, body });
  return judgement.kind === "refusal" && [judgement.status, judgement.warning];
}
