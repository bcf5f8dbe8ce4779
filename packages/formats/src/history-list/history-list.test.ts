/** Lists of what is stored: the form that is written, and each value as attribute or as element. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes, utf8Text } from "@parlance/wire";
import * as fc from "fast-check";
import { corpusFor } from "../../../../tools/test/corpora.ts";
import {
  formatHistoryList,
  type HistoryEntry,
  type HistoryList,
  parseHistoryList,
} from "./index.ts";

const NS = 'xmlns="urn:oma:xml:im:history-list"';

const PAGER: HistoryEntry = {
  reference: "sip:def-7c21f0a9@deferred.im.example.com",
  sizeBytes: 842,
  expiry: "2030-06-03T10:00:00Z",
  subject: "Lunch plan",
  type: undefined,
  record: {
    kind: "pager",
    timeStamp: "2030-05-04T10:00:00Z",
    from: "sip:bob@example.com",
    to: "sip:alice@example.com",
    authId: undefined,
    recipients: {
      groupUri: "sip:pool@example.com",
      groupDisplayName: "Pool",
      entries: [{ uri: "sip:alice@example.com", displayName: "Alice" }],
    },
  },
};
const CONFERENCE: HistoryEntry = {
  ...PAGER,
  record: {
    kind: "conference",
    timeStart: "2030-05-04T10:00:00Z",
    timeEnd: "2030-05-04T10:41:12Z",
    recordingName: "Lunch with Bob",
    participants: {
      groupUri: undefined,
      groupDisplayName: undefined,
      entries: [{ uri: "sip:bob@example.com", displayName: undefined }],
    },
  },
};

function read(text: string): readonly HistoryEntry[] {
  const result = parseHistoryList(utf8Bytes(text));
  assert.ok(result.ok, result.ok ? "" : result.error.message);
  return result.value.entries;
}

test("a deferred message is written in the form of the service", () => {
  assert.equal(
    utf8Text(formatHistoryList({ entries: [PAGER] })),
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
      `<history-list ${NS}><history history-reference="sip:def-7c21f0a9@deferred.im.example.com">` +
      '<size>842</size><expiry date="2030-06-03T10:00:00Z"/><subject>Lunch plan</subject>' +
      '<pager><time-stamp date="2030-05-04T10:00:00Z"/><from>sip:bob@example.com</from>' +
      "<to>sip:alice@example.com</to>" +
      '<recipient-list group-uri="sip:pool@example.com" group-display-name="Pool">' +
      '<entry uri="sip:alice@example.com"><display-name>Alice</display-name></entry>' +
      "</recipient-list></pager></history></history-list>",
  );
});

test("what is written as an attribute is read as an element too, and the reverse", () => {
  assert.deepEqual(
    read(
      `<history-list ${NS} xmlns:h="urn:oma:xml:im:history-list"><history size="842" subject="Lunch plan"><history-reference>${PAGER.reference}</history-reference><expiry><date>2030-06-03T10:00:00Z</date></expiry><pager from="sip:bob@example.com" h:to="sip:alice@example.com" time-stamp="2030-05-04T10:00:00Z"><recipient-list><group-uri>sip:pool@example.com</group-uri><group-display-name>Pool</group-display-name><entry display-name="Alice"><uri>sip:alice@example.com</uri></entry></recipient-list></pager></history></history-list>`,
    ),
    [PAGER],
  );
  assert.deepEqual(
    read(
      `<history-list ${NS}><history history-reference="${PAGER.reference}" size="842" expiry="2030-06-03T10:00:00Z" subject="Lunch plan"><conference time-end="2030-05-04T10:41:12Z" recording-name="Lunch with Bob"><time-start>2030-05-04T10:00:00Z</time-start><conf-list><entry uri="sip:bob@example.com"/><entry/></conf-list></conference></history></history-list>`,
    ),
    [CONFERENCE],
  );
});

test("an entry without a reference is passed over, one without details is kept", () => {
  assert.deepEqual(
    read(`<history-list ${NS}><history/><history history-reference="a"/><x/></history-list>`),
    [
      {
        reference: "a",
        sizeBytes: undefined,
        expiry: undefined,
        subject: undefined,
        type: undefined,
        record: undefined,
      },
    ],
  );
});

test("documents cut anywhere, of another namespace, and bad XML are refused", (t) => {
  const bytes = formatHistoryList({ entries: [PAGER, CONFERENCE] });
  for (let cut = 0; cut < bytes.length; cut += 1) {
    assert.equal(parseHistoryList(bytes.subarray(0, cut)).ok, false, `cut at ${cut}`);
  }
  assert.equal(parseHistoryList(utf8Bytes("<history-list/>")).ok, false);
  for (const { file, bytes: bad } of corpusFor(t, "xml-bad")) {
    assert.equal(parseHistoryList(bad).ok, false, file);
  }
});

test("any list that is written reads the same", () => {
  const plain = { noNullPrototype: true } as const;
  const text = fc.stringMatching(/^[!-~é]{1,12}$/);
  const some = fc.option(text, { nil: undefined });
  const parties = fc.option(
    fc.record(
      {
        groupUri: some,
        groupDisplayName: some,
        entries: fc.array(fc.record({ uri: text, displayName: some }, plain), { maxLength: 2 }),
      },
      plain,
    ),
    { nil: undefined },
  );
  const pager = fc.record(
    {
      kind: fc.constant("pager" as const),
      timeStamp: some,
      from: some,
      to: some,
      authId: some,
      recipients: parties,
    },
    plain,
  );
  const conference = fc.record(
    {
      kind: fc.constant("conference" as const),
      timeStart: some,
      timeEnd: some,
      recordingName: some,
      participants: parties,
    },
    plain,
  );
  const entry = fc.record(
    {
      reference: text,
      sizeBytes: fc.option(fc.integer({ min: 0, max: 4_294_967_295 }), { nil: undefined }),
      expiry: some,
      subject: some,
      type: some,
      record: fc.option(fc.oneof(pager, conference), { nil: undefined }),
    },
    plain,
  );
  const list: fc.Arbitrary<HistoryList> = fc.record(
    { entries: fc.array(entry, { maxLength: 3 }) },
    plain,
  );
  fc.assert(
    fc.property(list, (given) => {
      assert.deepEqual(parseHistoryList(formatHistoryList(given)), { ok: true, value: given });
    }),
    { seed: 4711, numRuns: 200 },
  );
});
