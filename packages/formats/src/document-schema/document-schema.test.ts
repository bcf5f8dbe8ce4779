/** The rules of documents, held against documents of the RFCs, of our writers, and spoilt ones. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseXml, utf8Bytes } from "@parlance/wire";
import { corpusFor } from "../../../../tools/test/corpora.ts";
import { formatGroup, type Group, parseAccessRules, parseGroup } from "../index.ts";
import { ACCESS_RULES_SCHEMA, checkSchema, GROUP_SCHEMA, RESOURCE_LISTS_SCHEMA } from "./index.ts";
import type { Schema } from "./schema.ts";

function faultIn(text: string | Uint8Array, schema: Schema): string | undefined {
  const document = parseXml(typeof text === "string" ? utf8Bytes(text) : text);
  assert.ok(document.ok, String(text));
  return checkSchema(document.value.root, schema)?.reason;
}

const lists = (inside: string) =>
  faultIn(
    `<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists" xmlns:x="urn:x">${inside}</resource-lists>`,
    RESOURCE_LISTS_SCHEMA,
  );
const rules = (inside: string) =>
  faultIn(
    `<ruleset xmlns="urn:ietf:params:xml:ns:common-policy" xmlns:x="urn:x" xmlns:p="urn:oma:xml:poc:poc-rules">${inside}</ruleset>`,
    ACCESS_RULES_SCHEMA,
  );
const group = (inside: string) =>
  faultIn(
    `<group xmlns="urn:oma:xml:poc:list-service" xmlns:cr="urn:ietf:params:xml:ns:common-policy" xmlns:x="urn:x">${inside}</group>`,
    GROUP_SCHEMA,
  );

test("lists hold lists, entries and references, and extensions behind them (RFC 4826 §3.2)", () => {
  for (const good of [
    "",
    "<list/>",
    '<list name="a" x:b="c"><display-name xml:lang="de">A</display-name><list><entry uri="sip:a@x"/></list></list>',
    '<list><entry uri="sip:a@x"><display-name>A</display-name><x:y><entry uri="z"/></x:y></entry><external anchor="http://x/y"/><entry-ref ref="a/b"/><x:z/></list>',
  ]) {
    assert.equal(lists(good), undefined, good);
  }
  for (const [bad, reason] of [
    ["<entry uri='sip:a@x'/>", "entry may not stand here in resource-lists"],
    ["<list><entry/></list>", "entry has no uri"],
    ["<list><entry uri=''/></list>", "uri of entry is not valid"],
    ["<list><entry uri='sip:a@x' b='c'/></list>", "entry has no attribute b"],
    ["<list><x:y/><entry uri='sip:a@x'/></list>", "entry may not stand here in list"],
    ["<list>text</list>", "list holds no text"],
    [
      "<list><entry uri='sip:a@x'/><display-name/></list>",
      "display-name may not stand here in list",
    ],
    ["<list><display-name><b/></display-name></list>", "display-name holds text alone"],
    ["<list><x:y><entry/></x:y></list>", "entry has no uri"],
  ] as const) {
    assert.equal(lists(bad), reason, bad);
  }
});

test("rules have an id, and what they hold in its order (RFC 4745 §13)", () => {
  for (const good of [
    '<rule id="a"/>',
    '<rule id="a"><conditions><identity><one id="sip:a@x"/><many domain="x"><except id="sip:b@x"/></many></identity><sphere value="w"/><x:y/></conditions><actions><p:allow-invite>reject</p:allow-invite></actions><transformations/></rule>',
  ]) {
    assert.equal(rules(good), undefined, good);
  }
  for (const [bad, reason] of [
    ["<rule/>", "rule has no id"],
    ['<rule id="a"><actions/><conditions/></rule>', "conditions may not stand here in rule"],
    ['<rule id="a"><conditions><identity/></conditions></rule>', "identity wants one here"],
    [
      '<rule id="a"><conditions><one id="b"/></conditions></rule>',
      "one may not stand here in conditions",
    ],
    [
      '<rule id="a"><actions><p:allow-invite>perhaps</p:allow-invite></actions></rule>',
      "allow-invite is not valid",
    ],
  ] as const) {
    assert.equal(rules(bad), reason, bad);
  }
});

test("a group is one list-service, its parts in the order of the clause (OMA IM 17.3)", () => {
  const whole =
    '<list-service uri="sip:a@x"><display-name>A</display-name><list><entry uri="sip:b@x"/></list><invite-members>true</invite-members><max-participant-count>5</max-participant-count><cr:ruleset/><x:y/></list-service>';
  assert.equal(group(whole), undefined);
  for (const [bad, reason] of [
    ["", "group wants list-service here"],
    [`${whole}${whole}`, "list-service may not stand here in group"],
    ["<list-service/>", "list-service has no uri"],
    [
      '<list-service uri="sip:a@x"><list/><display-name/></list-service>',
      "display-name may not stand here in list-service",
    ],
    [
      '<list-service uri="sip:a@x"><max-participant-count>-1</max-participant-count></list-service>',
      "max-participant-count is not valid",
    ],
    [
      '<list-service uri="sip:a@x"><invite-members>maybe</invite-members></list-service>',
      "invite-members is not valid",
    ],
  ] as const) {
    assert.equal(group(bad), reason, bad);
  }
});

test("what our writer makes keeps to the rules", () => {
  const made: Group = {
    uri: "sip:pool@example.com",
    displayName: "Pool",
    entries: [{ uri: "sip:bob@example.com", displayName: "Bob" }],
    externals: ["https://xcap.example.com/x"],
    inviteMembers: true,
    maxParticipants: 50,
    ruleset: {
      rules: [
        {
          id: "members",
          conditions: [{ kind: "list member" }],
          actions: { invite: undefined, flags: new Map([["join-handling", true]]) },
        },
      ],
    },
    subject: "Lunch plan",
    services: [{ enabler: "+g.oma.sip-im", media: ["message-session"] }],
    activity: undefined,
    moderatorsWrite: true,
    readers: ["sip:bob@example.com"],
    avatar: "https://files.example.com/x",
    notUnderstood: [],
  };
  assert.equal(faultIn(formatGroup(made), GROUP_SCHEMA), undefined);
});

test("documents of the RFCs keep to the rules", (t) => {
  const seen = { lists: 0, rules: 0 };
  for (const { file, bytes } of corpusFor(t, "xml-rfc-examples")) {
    const document = parseXml(bytes);
    if (!document.ok) continue;
    const { root } = document.value;
    if (root.local === "resource-lists") {
      seen.lists += 1;
      assert.equal(checkSchema(root, RESOURCE_LISTS_SCHEMA), undefined, file);
    }
    if (root.local === "ruleset" && parseAccessRules(bytes).ok) {
      seen.rules += 1;
      assert.equal(checkSchema(root, ACCESS_RULES_SCHEMA), undefined, file);
    }
    assert.equal(parseGroup(bytes).ok, false, file); // there are none among them
  }
  t.diagnostic(`${seen.lists} lists, ${seen.rules} rules`);
});
