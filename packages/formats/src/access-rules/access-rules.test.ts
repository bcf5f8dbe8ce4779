/** Rules of users: the vocabulary that is read, what stays unknown, what is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes, utf8Text } from "@parlance/wire";
import * as fc from "fast-check";
import { corpusFor } from "../../../../tools/test/corpora.ts";
import {
  type Condition,
  formatAccessRules,
  parseAccessRules,
  type Rule,
  type Ruleset,
} from "./index.ts";
import { EXTENSION_FLAGS, GROUP_FLAGS, INVITE_HANDLINGS, MEDIA_KINDS } from "./ruleset.ts";

const NS = [
  'xmlns:cr="urn:ietf:params:xml:ns:common-policy"',
  'xmlns:ocp="urn:oma:xml:xdm:common-policy"',
  'xmlns:oxe="urn:oma:xml:xdm:extensions"',
  'xmlns:poc="urn:oma:xml:poc:poc-rules"',
  'xmlns:ls="urn:oma:xml:poc:list-service"',
].join(" ");

function document(rules: string): Uint8Array {
  return utf8Bytes(`<cr:ruleset ${NS}>${rules}</cr:ruleset>`);
}

function read(rules: string): Ruleset {
  const result = parseAccessRules(document(rules));
  assert.ok(result.ok, result.ok ? "" : result.error.message);
  return result.value;
}

function conditions(inner: string): readonly Condition[] | undefined {
  return read(`<cr:rule id="a"><cr:conditions>${inner}</cr:conditions></cr:rule>`).rules[0]
    ?.conditions;
}

function actions(inner: string): Rule["actions"] | undefined {
  return read(`<cr:rule id="a"><cr:actions>${inner}</cr:actions></cr:rule>`).rules[0]?.actions;
}

test("the rules of a user are read: who is meant, when, for which media, what he may", () => {
  const anchor =
    "https://xcap.example.com/resource-lists/users/sip:alice@example.com/index/~~/resource-lists/list%5b@name=%22friends%22%5d";
  assert.deepEqual(
    read(
      `<cr:rule id="friends"><cr:conditions><ocp:external-list><ocp:entry anc="${anchor}"/></ocp:external-list><oxe:media-list><oxe:message-session/><oxe:pager-mode-message/></oxe:media-list></cr:conditions><cr:actions><poc:allow-invite>accept</poc:allow-invite><oxe:allow-offline-storage oxe:allow="true"/></cr:actions></cr:rule><cr:rule id="anonymous"><cr:conditions><ocp:anonymous-request/></cr:conditions><cr:actions><oxe:allow-reject-invite>true</oxe:allow-reject-invite></cr:actions></cr:rule>`,
    ),
    {
      rules: [
        {
          id: "friends",
          conditions: [
            { kind: "external list", anchors: [anchor] },
            {
              kind: "media list",
              names: ["message-session", "pager-mode-message"],
              allExcept: undefined,
            },
          ],
          actions: { invite: "accept", flags: new Map([["allow-offline-storage", true]]) },
        },
        {
          id: "anonymous",
          conditions: [{ kind: "anonymous request" }],
          actions: { invite: undefined, flags: new Map([["allow-reject-invite", true]]) },
        },
      ],
    },
  );
});

test("rulesets printed in the RFCs are read, conditions of other enablers as unknown ones", (t) => {
  const seen: string[] = [];
  for (const { file, bytes } of corpusFor(t, "xml-rfc-examples")) {
    if (!file.endsWith("-ruleset.xml")) continue;
    const result = parseAccessRules(bytes);
    assert.ok(result.ok, file);
    seen.push(...result.value.rules.flatMap((rule) => rule.conditions.map(({ kind }) => kind)));
    for (let cut = 0; cut < utf8Text(bytes).trimEnd().length; cut += 1) {
      assert.equal(parseAccessRules(bytes.subarray(0, cut)).ok, false, `${file} cut at ${cut}`);
    }
    if (!file.startsWith("rfc4745-04")) continue;
    assert.deepEqual(result.value.rules[0]?.conditions, [
      {
        kind: "identity",
        one: [],
        many: [
          {
            domain: "example.com",
            exceptIds: ["sip:alice@example.com", "sip:bob@example.com"],
            exceptDomains: [],
          },
        ],
      },
    ]);
  }
  if (seen.length === 0) return;
  for (const kind of ["identity", "sphere", "validity", "unknown"]) assert.ok(seen.includes(kind));
});

test("a condition nobody knows stays as one, and an exception nobody knows means nobody", () => {
  assert.deepEqual(conditions('<x:mood xmlns:x="urn:x"/><cr:mood/><mood/>'), [
    { kind: "unknown", name: "mood" },
    { kind: "unknown", name: "mood" },
    { kind: "unknown", name: "mood" },
  ]);
  assert.deepEqual(
    conditions(
      '<cr:identity><cr:many><x:except-list xmlns:x="urn:x"/></cr:many><x:few xmlns:x="urn:x"/></cr:identity>',
    ),
    [{ kind: "identity", one: [], many: [] }],
  );
});

test("lists name what they mean, or what they do not", () => {
  assert.deepEqual(
    conditions(
      '<oxe:media-list><oxe:all-media-except><oxe:file-transfer/><oxe:video/></oxe:all-media-except></oxe:media-list><oxe:service-list><oxe:service enabler="+g.oma.sip-im"/></oxe:service-list><oxe:media-list><oxe:audio/></oxe:media-list>',
    ),
    [
      { kind: "media list", names: [], allExcept: ["file-transfer"] },
      { kind: "service list", names: ["+g.oma.sip-im"], allExcept: undefined },
      { kind: "media list", names: [], allExcept: undefined },
    ],
  );
});

test("flags are read as text or attribute, each once, and unknown actions passed over", () => {
  assert.deepEqual(
    actions(
      '<oxe:allow-offline-storage allow="0"/><ls:join-handling> 1 </ls:join-handling><oxe:fly>true</oxe:fly><ls:allow-expelling>true</ls:allow-expelling>',
    ),
    {
      invite: undefined,
      flags: new Map([
        ["allow-offline-storage", false],
        ["join-handling", true],
      ]),
    },
  );
});

test("rules that cannot be read as they were meant are refused", () => {
  for (const rules of [
    "<cr:rule/>",
    '<cr:rule id="a"/><cr:rule id="a"/>',
    '<cr:rule id="a"><cr:conditions><cr:identity><cr:one/></cr:identity></cr:conditions></cr:rule>',
    '<cr:rule id="a"><cr:conditions><cr:sphere/></cr:conditions></cr:rule>',
    '<cr:rule id="a"><cr:conditions><cr:validity/></cr:conditions></cr:rule>',
    '<cr:rule id="a"><cr:conditions><cr:validity><cr:from>2003-12-24T17:00:00Z</cr:from></cr:validity></cr:conditions></cr:rule>',
    '<cr:rule id="a"><cr:conditions><cr:validity><cr:until>2003-12-24T17:00:00Z</cr:until><cr:from>2003-12-24T17:00:00Z</cr:from></cr:validity></cr:conditions></cr:rule>',
    '<cr:rule id="a"><cr:conditions><cr:validity><cr:from>now</cr:from><cr:until>later</cr:until></cr:validity></cr:conditions></cr:rule>',
    '<cr:rule id="a"><cr:conditions><ocp:external-list><ocp:entry/></ocp:external-list></cr:conditions></cr:rule>',
    '<cr:rule id="a"><cr:conditions><oxe:service-list><oxe:service/></oxe:service-list></cr:conditions></cr:rule>',
    '<cr:rule id="a"><cr:actions><poc:allow-invite>maybe</poc:allow-invite></cr:actions></cr:rule>',
    '<cr:rule id="a"><cr:actions><poc:allow-invite>pass</poc:allow-invite><poc:allow-invite>reject</poc:allow-invite></cr:actions></cr:rule>',
    '<cr:rule id="a"><cr:actions><oxe:allow-reject-invite/></cr:actions></cr:rule>',
    '<cr:rule id="a"><cr:actions><oxe:allow-expelling>true</oxe:allow-expelling><oxe:allow-expelling>false</oxe:allow-expelling></cr:actions></cr:rule>',
  ]) {
    assert.equal(parseAccessRules(document(rules)).ok, false, rules);
  }
  assert.equal(parseAccessRules(utf8Bytes("<ruleset/>")).ok, false);
  assert.equal(parseAccessRules(utf8Bytes("")).ok, false);
});

test("a condition that was not understood cannot be written", () => {
  assert.throws(
    () =>
      formatAccessRules(read('<cr:rule id="a"><cr:conditions><cr:x/></cr:conditions></cr:rule>')),
    RangeError,
  );
});

test("bad XML of the corpus is refused as rules too", (t) => {
  for (const { file, bytes } of corpusFor(t, "xml-bad")) {
    assert.equal(parseAccessRules(bytes).ok, false, file);
  }
});

test("any rules that are written read the same", () => {
  fc.assert(
    fc.property(rulesets(), (given) => {
      assert.deepEqual(parseAccessRules(formatAccessRules(given)), { ok: true, value: given });
    }),
    { seed: 4711, numRuns: 300 },
  );
});

function listOf<T>(name: fc.Arbitrary<T>) {
  return {
    names: fc.array(name, { maxLength: 2 }),
    allExcept: fc.option(fc.array(name, { maxLength: 2 }), { nil: undefined }),
  };
}

function rulesets(): fc.Arbitrary<Ruleset> {
  const plain = { noNullPrototype: true } as const;
  const text = fc.stringMatching(/^[!-~é]{1,12}$/);
  const texts = fc.array(text, { maxLength: 2 });
  const time = fc.constantFrom("2003-12-24T17:00:00+01:00", "2030-05-04T10:00:00Z");
  const many = fc.record(
    {
      domain: fc.option(text, { nil: undefined }),
      exceptIds: texts,
      exceptDomains: texts,
    },
    plain,
  );
  const condition = fc.oneof(
    fc.record(
      {
        kind: fc.constant("identity" as const),
        one: texts,
        many: fc.array(many, { maxLength: 2 }),
      },
      plain,
    ),
    fc.record(
      {
        kind: fc.constant("validity" as const),
        spans: fc.array(fc.record({ from: time, until: time }, plain), {
          minLength: 1,
          maxLength: 2,
        }),
      },
      plain,
    ),
    fc.record(
      {
        kind: fc.constant("sphere" as const),
        words: fc.array(text, { minLength: 1, maxLength: 2 }),
      },
      plain,
    ),
    fc.record({ kind: fc.constant("external list" as const), anchors: texts }, plain),
    fc.record(
      { kind: fc.constant("media list" as const), ...listOf(fc.constantFrom(...MEDIA_KINDS)) },
      plain,
    ),
    fc.record({ kind: fc.constant("service list" as const), ...listOf(text) }, plain),
    fc.constantFrom(
      { kind: "other identity" as const },
      { kind: "anonymous request" as const },
      { kind: "list member" as const },
    ),
  );
  const flag = fc.tuple(fc.constantFrom(...EXTENSION_FLAGS, ...GROUP_FLAGS), fc.boolean());
  const rule = fc.record(
    {
      id: text,
      conditions: fc.array(condition, { maxLength: 3 }),
      actions: fc.record(
        {
          invite: fc.option(fc.constantFrom(...INVITE_HANDLINGS), { nil: undefined }),
          flags: fc
            .uniqueArray(flag, { selector: ([name]) => name, maxLength: 4 })
            .map((flags) => new Map(flags)),
        },
        plain,
      ),
    },
    plain,
  );
  return fc.record(
    { rules: fc.uniqueArray(rule, { selector: ({ id }) => id, maxLength: 3 }) },
    plain,
  );
}
