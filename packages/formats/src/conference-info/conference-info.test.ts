/** Conference state: what is read and written, what each subscriber is told, what he makes of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes, utf8Text } from "@parlance/wire";
import * as fc from "fast-check";
import { casesFor, corpusFor } from "../../../../tools/test/corpora.ts";
import {
  DISCONNECTION_METHODS,
  ELEMENT_STATES,
  ENDPOINT_STATUSES,
  JOINING_METHODS,
  MEDIA_DIRECTIONS,
} from "./conference-info.ts";
import {
  type ConferenceDocument,
  type ConferenceUser,
  type Endpoint,
  formatConference,
  parseConference,
} from "./index.ts";

const NS = 'xmlns="urn:ietf:params:xml:ns:conference-info"';
const SILENT: ConferenceUser = {
  entity: "",
  yourOwn: false,
  displayText: undefined,
  nickname: undefined,
  associatedAors: [],
  roles: [],
  languages: [],
  cascadedFocus: undefined,
  endpoints: [],
};
const STILL: Endpoint = {
  entity: "",
  displayText: undefined,
  referred: undefined,
  status: undefined,
  joiningMethod: undefined,
  joiningInfo: undefined,
  disconnectionMethod: undefined,
  disconnectionInfo: undefined,
  media: [],
};

function read(text: string): ConferenceDocument {
  const result = parseConference(utf8Bytes(text));
  assert.ok(result.ok, result.ok ? "" : result.error.message);
  return result.value;
}

function users(inner: string): ConferenceDocument["users"] {
  return read(
    `<conference-info ${NS} entity="sip:r@x" version="1"><users>${inner}</users></conference-info>`,
  ).users;
}

function own(attribute: string): boolean | undefined {
  return users(`<user entity="sip:a@b" xmlns:m="urn:m" ${attribute}/>`)?.users[0]?.yourOwn;
}

function maybe<T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(one, { nil: undefined });
}

function few<T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.array(one, { maxLength: 2 });
}

test("the document of RFC 4575 §7.1 is read with all that it says", (t) => {
  for (const { file, bytes } of corpusFor(t, "xml-rfc-examples")) {
    if (file !== "rfc4575-02-conference-info.xml") continue;
    const document = read(utf8Text(bytes));
    assert.deepEqual(
      { ...document, users: undefined },
      {
        entity: "sips:conf233@example.com",
        state: "full",
        version: 1,
        description: {
          displayText: undefined,
          subject: "Agenda: This month's goals",
          freeText: undefined,
          keywords: [],
          confUris: [],
          serviceUris: [
            { uri: "http://sharepoint/salesgroup/", displayText: undefined, purpose: "web-page" },
          ],
          maximumUserCount: undefined,
          availableMedia: [],
        },
        host: undefined,
        status: { userCount: 33, active: undefined, locked: undefined },
        users: undefined,
      },
    );
    assert.deepEqual(document.users?.users[0], {
      ...SILENT,
      entity: "sip:bob@example.com",
      state: "full",
      displayText: "Bob Hoskins",
      endpoints: [
        {
          ...STILL,
          entity: "sip:bob@pc33.example.com",
          state: "full",
          displayText: "Bob's Laptop",
          status: "disconnected",
          disconnectionMethod: "departed",
          disconnectionInfo: {
            when: "2005-03-04T20:00:00Z",
            reason: "bad voice quality",
            by: "sip:mike@example.com",
          },
          media: [
            {
              id: "1",
              displayText: "main audio",
              type: "audio",
              label: "34567",
              srcId: "432424",
              status: "sendrecv",
            },
          ],
        },
      ],
    });
  }
});

test("documents printed in the RFCs are read again as written, and refused when cut anywhere", (t) => {
  for (const { file, bytes } of corpusFor(t, "xml-rfc-examples")) {
    if (!file.endsWith("-conference-info.xml")) continue;
    const document = read(utf8Text(bytes));
    assert.deepEqual(read(utf8Text(formatConference(document))), document, file);
    for (let cut = 0; cut < utf8Text(bytes).trimEnd().length; cut += 1) {
      assert.equal(parseConference(bytes.subarray(0, cut)).ok, false, `${file} cut at ${cut}`);
    }
    if (!file.startsWith("rfc7701")) continue;
    assert.deepEqual(
      document.users?.users.map(({ nickname }) => nickname),
      ["Dopey Donkey", "Alice the great"],
    );
  }
});

test("every bad document of the corpus is refused, and what no version can be is none", (t) => {
  for (const { file, verdict, bytes, facts } of corpusFor(t, "xml-bad")) {
    const result = parseConference(bytes);
    const meant = facts["mime"] === "application/conference-info+xml";
    if (!meant || verdict === "reject") assert.equal(result.ok, false, file);
  }
});

test("what decides how a document is applied must be readable, all else may be missing", () => {
  for (const text of [
    `<conference-info ${NS} version="1"/>`,
    `<conference-info ${NS} entity="sip:r@x"/>`,
    `<conference-info ${NS} entity="sip:r@x" version="4294967296"/>`,
    `<conference-info ${NS} entity="sip:r@x" version="1" state="half"/>`,
    `<conference-info ${NS} entity="sip:r@x" version="1"><users state="x"/></conference-info>`,
    `<conference-info ${NS} entity="sip:r@x" version="1"><users><user entity="a" state="x"/></users></conference-info>`,
    `<conference-info entity="sip:r@x" version="1"/>`,
    `<conference ${NS} entity="sip:r@x" version="1"/>`,
  ]) {
    assert.equal(parseConference(utf8Bytes(text)).ok, false, text);
  }
  assert.equal(
    read(
      `<c:conference-info xmlns:c="urn:ietf:params:xml:ns:conference-info" entity=" sip:r@x " version="4294967295"/>`,
    ).entity,
    "sip:r@x",
  );
});

test("yourown is read with any prefix and written with none", () => {
  assert.equal(own('yourown="true"'), true);
  assert.equal(own('m:yourown="1"'), true);
  assert.equal(own('yourown="false"'), false);
  assert.equal(own('yourown="perhaps"'), false);
  assert.equal(own(""), false);
  const document = read(
    `<conference-info ${NS} entity="sip:r@x" version="1"><users><user entity="sip:a@b" xmlns:m="urn:m" m:yourown="true"/><user entity="sip:c@d"/></users></conference-info>`,
  );
  const written = utf8Text(formatConference(document));
  assert.equal(written.match(/yourown/g)?.length, 1);
  assert.match(written, /<user entity="sip:a@b" state="full" yourown="true"/);
});

test("a nickname is read as attribute or element, and written as both", () => {
  const xcon = 'xmlns:x="urn:ietf:params:xml:ns:xcon-conference-info"';
  const named = users(
    `<user entity="a" ${xcon} x:nickname="Night Owl"/><user entity="b" ${xcon}><x:nickname>Owl</x:nickname></user><user entity="c" nickname="no"><nickname>no</nickname></user>`,
  );
  assert.deepEqual(
    named?.users.map(({ nickname }) => nickname),
    ["Night Owl", "Owl", undefined],
  );
  const text = utf8Text(
    formatConference({
      ...read(`<conference-info ${NS} entity="sip:r@x" version="1"/>`),
      users: named,
    }),
  );
  assert.match(text, /xcon:nickname="Night Owl"/);
  assert.match(text, /<xcon:nickname>Night Owl<\/xcon:nickname><\/user>/);
});

test("words nobody knows, and what cannot be told from another, are passed over", () => {
  const document = users(
    `<user/><user entity="a"><roles><entry/><entry>admin</entry></roles><endpoint><status>dancing</status><joining-method>beamed</joining-method><media/><media id="1"><status>?</status></media></endpoint><other/></user><x:user xmlns:x="urn:x" entity="b"/>`,
  );
  assert.deepEqual(document?.users, [
    {
      ...SILENT,
      entity: "a",
      state: "full",
      roles: ["admin"],
      endpoints: [
        {
          ...STILL,
          entity: "a",
          state: "full",
          media: [
            {
              id: "1",
              displayText: undefined,
              type: undefined,
              label: undefined,
              srcId: undefined,
              status: undefined,
            },
          ],
        },
      ],
    },
  ]);
});

test("what SylkServer and linphone write is read", () => {
  const sylk = read(
    `<?xml version='1.0' encoding='UTF-8'?>\n<conference-info ${NS} xmlns:agp-conf="urn:ag-projects:xml:ns:conference-info" entity="sip:room@example.test" state="full" version="3"><conference-description><display-text>Ad-hoc conference</display-text><free-text>Hosted by SylkServer-6.6</free-text><conf-uris><entry><uri>sip:room@example.test</uri><purpose>participation</purpose></entry></conf-uris><agp-conf:resources><agp-conf:files><agp-conf:file hash="aa" name="a.png" size="1" sender="alice" status="OK"/></agp-conf:files></agp-conf:resources></conference-description><host-info><web-page>http://sylkserver.com</web-page></host-info><conference-state><user-count>1</user-count><active>true</active></conference-state><users><user entity="sip:alice@example.test" state="full"><display-text>Night Owl</display-text><endpoint entity="sip:alice@192.0.2.1:5060" state="full"><display-text>Night Owl</display-text><status>connected</status><joining-method>dialed-in</joining-method><joining-info><when>2030-05-04T10:00:00.123456+00:00</when></joining-info><media id="1"><type>message</type><status>sendrecv</status></media></endpoint></user></users></conference-info>`,
  );
  assert.equal(sylk.host?.webPage, "http://sylkserver.com");
  assert.equal(
    sylk.users?.users[0]?.endpoints[0]?.joiningInfo?.when,
    "2030-05-04T10:00:00.123456+00:00",
  );
  const linphone = read(
    `<conference-info ${NS} entity="sip:chat-1@example.test" state="partial" version="2"><users state="partial"><user entity="sip:dave@example.test" state="partial"><roles><entry>admin</entry></roles></user><user entity="sip:carol@example.test" state="deleted"/></users></conference-info>`,
  );
  assert.deepEqual(
    linphone.users?.users.map(({ entity, state, roles }) => [entity, state, roles]),
    [
      ["sip:dave@example.test", "partial", ["admin"]],
      ["sip:carol@example.test", "deleted", []],
    ],
  );
});

test("any document that is written reads the same", () => {
  const plain = { noNullPrototype: true } as const;
  const text = fc.stringMatching(/^[!-~é]{1,12}$/);
  const some = maybe(text);
  const count = maybe(fc.integer({ min: 0, max: 4_294_967_295 }));
  const flag = maybe(fc.boolean());
  const state = fc.constantFrom(...ELEMENT_STATES);
  const uri = fc.record({ uri: text, displayText: some, purpose: some }, plain);
  const done = fc.record({ when: some, reason: some, by: some }, plain);
  const direction = maybe(fc.constantFrom(...MEDIA_DIRECTIONS));
  const media = fc.record(
    { id: text, displayText: some, type: some, label: some, srcId: some, status: direction },
    plain,
  );
  const endpoint = fc.record(
    {
      entity: text,
      state,
      displayText: some,
      referred: maybe(done),
      status: maybe(fc.constantFrom(...ENDPOINT_STATUSES)),
      joiningMethod: maybe(fc.constantFrom(...JOINING_METHODS)),
      joiningInfo: maybe(done),
      disconnectionMethod: maybe(fc.constantFrom(...DISCONNECTION_METHODS)),
      disconnectionInfo: maybe(done),
      media: few(media),
    },
    plain,
  );
  const user = fc.record(
    {
      entity: text,
      state,
      yourOwn: fc.boolean(),
      displayText: some,
      nickname: some,
      associatedAors: few(uri),
      roles: few(text),
      languages: few(text),
      cascadedFocus: some,
      endpoints: few(endpoint),
    },
    plain,
  );
  const description = fc.record(
    {
      displayText: some,
      subject: some,
      freeText: some,
      keywords: few(text),
      confUris: few(uri),
      serviceUris: few(uri),
      maximumUserCount: count,
      availableMedia: few(
        fc.record({ label: text, displayText: some, type: text, status: direction }, plain),
      ),
    },
    plain,
  );
  const document: fc.Arbitrary<ConferenceDocument> = fc.record(
    {
      entity: text,
      state,
      version: fc.integer({ min: 0, max: 4_294_967_295 }),
      description: maybe(description),
      host: maybe(fc.record({ displayText: some, webPage: some, uris: few(uri) }, plain)),
      status: maybe(fc.record({ userCount: count, active: flag, locked: flag }, plain)),
      users: maybe(fc.record({ state, users: few(user) }, plain)),
    },
    plain,
  );
  fc.assert(
    fc.property(document, (given) => {
      assert.deepEqual(parseConference(formatConference(given)), { ok: true, value: given });
    }),
    { seed: 4711, numRuns: 200 },
  );
});

test("names that are markup come back as the names they were", (t) => {
  for (const { text: whole } of casesFor(t, "web-hostile-strings")) {
    const text = String(whole).slice(0, 500);
    const given: ConferenceDocument = {
      ...read(`<conference-info ${NS} entity="sip:r@x" version="1"/>`),
      users: {
        state: "full",
        users: [
          {
            ...SILENT,
            entity: "sip:a@b",
            state: "full",
            displayText: text,
            nickname: text,
            endpoints: [],
          },
        ],
      },
    };
    const [user, more] = read(utf8Text(formatConference(given))).users?.users ?? [];
    assert.equal(more, undefined);
    const carried = text
      .replace(/[^\t\n\r -\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, "\uFFFD")
      .trim();
    assert.equal(user?.displayText ?? "", carried, JSON.stringify(text));
    assert.equal(user?.nickname ?? "", carried, JSON.stringify(text));
  }
});

test("elements are read in any order, and numbers with white space around them", () => {
  const document = read(
    `<conference-info ${NS} entity="sip:r@x" version="1"><users/><conference-state><locked>1</locked><user-count> 4 </user-count></conference-state></conference-info>`,
  );
  assert.deepEqual(document.status, { userCount: 4, active: undefined, locked: true });
});
