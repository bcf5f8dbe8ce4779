/** Group documents: what the form of the service says, what it may leave out, what is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes, utf8Text } from "@parlance/wire";
import * as fc from "fast-check";
import { corpusFor } from "../../../../tools/test/corpora.ts";
import { MEDIA_KINDS } from "../access-rules/ruleset.ts";
import { formatGroup, type Group, parseGroup } from "./index.ts";

const NS =
  'xmlns="urn:oma:xml:poc:list-service" xmlns:rl="urn:ietf:params:xml:ns:resource-lists" xmlns:cr="urn:ietf:params:xml:ns:common-policy" xmlns:oxe="urn:oma:xml:xdm:extensions"';

const POOL = `<?xml version="1.0" encoding="UTF-8"?>
<group ${NS}>
  <list-service uri="sip:pool@example.com">
    <display-name>Pool</display-name>
    <list>
      <entry uri="sip:alice@example.com"/>
      <entry uri="sip:bob@example.com"><rl:display-name>Bob</rl:display-name></entry>
      <external anchor="https://xcap.example.com/x"/>
    </list>
    <invite-members>true</invite-members>
    <max-participant-count>50</max-participant-count>
    <cr:ruleset>
      <cr:rule id="members">
        <cr:conditions><is-list-member/></cr:conditions>
        <cr:actions>
          <join-handling>true</join-handling>
          <allow-anonymity>false</allow-anonymity>
          <oxe:allow-private-message>true</oxe:allow-private-message>
        </cr:actions>
      </cr:rule>
    </cr:ruleset>
    <oxe:subject>Lunch plan</oxe:subject>
    <oxe:supported-services>
      <oxe:service enabler="+g.oma.sip-im">
        <oxe:group-media><oxe:message-session/><oxe:video/><oxe:file-transfer/></oxe:group-media>
      </oxe:service>
      <oxe:service enabler="+g.poc.talkburst"/>
    </oxe:supported-services>
    <oxe:session-active-policy must-understand="true">
      <oxe:max-duration>3600</oxe:max-duration>
      <oxe:required-participants-list><oxe:entry uri="sip:alice@example.com"/></oxe:required-participants-list>
      <oxe:min-participant-count>2</oxe:min-participant-count>
      <oxe:schedule><oxe:time-range><oxe:start-time>2030-05-04T10:00:00Z</oxe:start-time><oxe:end-time>2030-05-04T12:00:00Z</oxe:end-time></oxe:time-range></oxe:schedule>
    </oxe:session-active-policy>
    <oxe:age-restrictions/>
  </list-service>
</group>`;

function read(text: string): Group {
  const result = parseGroup(utf8Bytes(text));
  assert.ok(result.ok, result.ok ? "" : result.error.message);
  return result.value;
}

function service(inner: string): string {
  return `<group ${NS}><list-service uri="sip:pool@example.com">${inner}</list-service></group>`;
}

test("a group document is read with members, policy, services and schedule", () => {
  assert.deepEqual(read(POOL), {
    uri: "sip:pool@example.com",
    displayName: "Pool",
    entries: [
      { uri: "sip:alice@example.com", displayName: undefined },
      { uri: "sip:bob@example.com", displayName: "Bob" },
    ],
    externals: ["https://xcap.example.com/x"],
    inviteMembers: true,
    maxParticipants: 50,
    ruleset: {
      rules: [
        {
          id: "members",
          conditions: [{ kind: "list member" }],
          actions: {
            invite: undefined,
            flags: new Map([
              ["join-handling", true],
              ["allow-anonymity", false],
              ["allow-private-message", true],
            ]),
          },
        },
      ],
    },
    subject: "Lunch plan",
    services: [
      { enabler: "+g.oma.sip-im", media: ["message-session", "file-transfer"] },
      { enabler: "+g.poc.talkburst", media: undefined },
    ],
    activity: {
      mustUnderstand: true,
      maxDurationSeconds: 3600,
      requiredParticipants: ["sip:alice@example.com"],
      minParticipants: 2,
      schedule: [{ start: "2030-05-04T10:00:00Z", end: "2030-05-04T12:00:00Z" }],
    },
    moderatorsWrite: false,
    readers: [],
    avatar: undefined,
    notUnderstood: [],
  } satisfies Group);
  for (let cut = 0; cut < POOL.length; cut += 1) {
    assert.equal(parseGroup(utf8Bytes(POOL.slice(0, cut))).ok, false, `cut at ${cut}`);
  }
});

test("the least that a group can say is its address: a chat room that anybody may serve", () => {
  assert.deepEqual(read(service("")), {
    uri: "sip:pool@example.com",
    displayName: undefined,
    entries: [],
    externals: [],
    inviteMembers: false,
    maxParticipants: undefined,
    ruleset: undefined,
    subject: undefined,
    services: undefined,
    activity: undefined,
    moderatorsWrite: false,
    readers: [],
    avatar: undefined,
    notUnderstood: [],
  } satisfies Group);
});

test("what must be understood and is not is told, wherever it hides", () => {
  assert.deepEqual(
    read(
      service(
        '<oxe:qoe must-understand="true"/><x:y xmlns:x="urn:x" x:must-understand="1"/><oxe:subject must-understand="true">s</oxe:subject><oxe:searchable must-understand="false"/><oxe:session-active-policy must-understand="true"><oxe:moon/></oxe:session-active-policy>',
      ),
    ).notUnderstood,
    ["qoe", "y", "session-active-policy"],
  );
});

test("who writes nothing is said in words of our own, which other servers pass over", () => {
  const word = 'xmlns="urn:parlance:group"';
  const group = read(
    service(
      `<writers ${word} must-understand="true"> moderators </writers><readers ${word}><entry uri="sip:bob@example.com"/></readers><avatar ${word}>https://x/files/y</avatar><colour ${word}/>`,
    ),
  );
  assert.deepEqual(
    [group.moderatorsWrite, group.readers, group.avatar, group.notUnderstood],
    [true, ["sip:bob@example.com"], "https://x/files/y", []],
  );
  assert.equal(read(service(`<writers ${word}>everybody</writers>`)).moderatorsWrite, false);
  assert.equal(read(service("<writers>moderators</writers>")).moderatorsWrite, false); // of nobody's
});

test("a document that leaves open which group, who or how many is refused", () => {
  for (const text of [
    `<group ${NS}/>`,
    `<group ${NS}><list-service/></group>`,
    `<group ${NS}><list-service uri="a"/><list-service uri="b"/></group>`,
    '<group xmlns="urn:x"><list-service uri="a"/></group>',
    service("<list><entry/></list>"),
    service("<list><external/></list>"),
    service("<invite-members>maybe</invite-members>"),
    service("<max-participant-count>-1</max-participant-count>"),
    service("<max-participant-count/>"),
    service("<cr:ruleset><cr:rule/></cr:ruleset>"),
    service('<writers xmlns="urn:parlance:group">nobody</writers>'),
    service('<readers xmlns="urn:parlance:group"><entry/></readers>'),
    service("<oxe:supported-services><oxe:service/></oxe:supported-services>"),
    service(
      "<oxe:session-active-policy><oxe:schedule><oxe:time-range><oxe:start-time>noon</oxe:start-time></oxe:time-range></oxe:schedule></oxe:session-active-policy>",
    ),
  ]) {
    assert.equal(parseGroup(utf8Bytes(text)).ok, false, text);
  }
});

test("bad XML of the corpus is refused as a group too", (t) => {
  for (const { file, bytes } of corpusFor(t, "xml-bad")) {
    assert.equal(parseGroup(bytes).ok, false, file);
  }
});

test("a group is written in the order of its schema", () => {
  const written = utf8Text(formatGroup(read(POOL)));
  const order = [...written.matchAll(/<(?:\w+:)?([\w-]+)/g)].map(([, name = ""]) => name);
  const wanted = [
    "display-name",
    "list",
    "invite-members",
    "max-participant-count",
    "ruleset",
    "subject",
  ];
  assert.deepEqual(
    order.filter((name, at) => wanted.includes(name) && order.indexOf(name) === at),
    wanted,
  );
  assert.deepEqual(read(written), read(POOL));
});

test("any group that is written reads the same", () => {
  const plain = { noNullPrototype: true } as const;
  const text = fc.stringMatching(/^[!-~é]{1,12}$/);
  const some = fc.option(text, { nil: undefined });
  const count = fc.option(fc.integer({ min: 0, max: 4_294_967_295 }), { nil: undefined });
  const time = fc.constantFrom(undefined, "2030-05-04T10:00:00Z");
  const texts = fc.array(text, { maxLength: 2 });
  const services = fc.array(
    fc.record(
      {
        enabler: text,
        media: fc.option(fc.subarray([...MEDIA_KINDS]), { nil: undefined }),
      },
      plain,
    ),
    { maxLength: 2 },
  );
  const activity = fc.record(
    {
      mustUnderstand: fc.boolean(),
      maxDurationSeconds: count,
      requiredParticipants: texts,
      minParticipants: count,
      schedule: fc.array(fc.record({ start: time, end: time }, plain), { maxLength: 2 }),
    },
    plain,
  );
  const group: fc.Arbitrary<Group> = fc.record(
    {
      uri: text,
      displayName: some,
      entries: fc.array(fc.record({ uri: text, displayName: some }, plain), { maxLength: 2 }),
      externals: texts,
      inviteMembers: fc.boolean(),
      maxParticipants: count,
      ruleset: fc.constantFrom(undefined, read(POOL).ruleset),
      subject: some,
      services: fc.option(services, { nil: undefined }),
      activity: fc.option(activity, { nil: undefined }),
      moderatorsWrite: fc.boolean(),
      readers: texts,
      avatar: some,
      notUnderstood: fc.constant([]),
    },
    plain,
  );
  fc.assert(
    fc.property(group, (given) => {
      assert.deepEqual(parseGroup(formatGroup(given)), { ok: true, value: given });
    }),
    { seed: 4711, numRuns: 200 },
  );
});
