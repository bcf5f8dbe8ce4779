/** Recipient lists: who is meant, who must not be told, what is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes, utf8Text } from "@parlance/wire";
import * as fc from "fast-check";
import { corpusFor } from "../../../../tools/test/corpora.ts";
import {
  formatRecipientHistory,
  formatRecipientList,
  parseRecipientList,
  parseRecipientLists,
  type Recipient,
} from "./index.ts";

const RULES = { most: 100 };
const SAID_NOTHING = { displayName: undefined, copyControl: undefined, anonymize: false, count: 1 };

function lists(inner: string): Uint8Array {
  return utf8Bytes(
    `<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists" xmlns:c="urn:ietf:params:xml:ns:copycontrol">${inner}</resource-lists>`,
  );
}

function lowerCase(uri: string): string {
  return uri.toLowerCase();
}

function read(inner: string, most = 100): readonly Recipient[] | string {
  const list = parseRecipientList(lists(inner), { most, key: lowerCase });
  return list.ok ? list.recipients : list.because;
}

function recipients(bytes: Uint8Array): readonly Recipient[] {
  const list = parseRecipientList(bytes, RULES);
  assert.ok(list.ok);
  return list.recipients;
}

/**
 * These faults are such of a stored document: RFC 4826 §3.4.5 wants each `uri` to be unique, and XCAP
 * answers 409 to a write that makes it twice. For the list in a request RFC 5363 §4.1 says the
 * opposite: a server MUST behave as if the URI appeared only once.
 */
const OTHER_RULES_WHEN_STORED = new Set(["rl-duplicate-uri.xml", "proto-element.xml"]);

test("every bad list of the corpus is refused, or comes to nothing that was not in it", (t) => {
  for (const { file, verdict, bytes, facts } of corpusFor(t, "xml-bad")) {
    if (facts["mime"] !== "application/resource-lists+xml") continue;
    const list = parseRecipientList(bytes, RULES);
    if (OTHER_RULES_WHEN_STORED.has(file) || verdict !== "reject") continue;
    assert.equal(list.ok, false, file);
  }
});

test("RFC 5363 §4.1: a URI that a request names twice counts once, in one list or in several", (t) => {
  for (const { file, bytes } of corpusFor(t, "xml-bad")) {
    if (file !== "rl-duplicate-uri.xml") continue;
    assert.deepEqual(
      recipients(bytes).map(({ uri }) => uri),
      ["sip:a@b"],
    );
  }
  const documents = [
    lists('<list><entry uri="sip:a@b"/></list>'),
    lists("<list/>"),
    lists('<list><entry uri="sip:A@b"/><entry uri="sip:c@d"/></list>'),
  ];
  const list = parseRecipientLists(documents, { most: 2, key: lowerCase });
  assert.deepEqual(list.ok && list.recipients.map(({ uri }) => uri), ["sip:a@b", "sip:c@d"]);
  const tooMany = parseRecipientLists(documents, { most: 1, key: lowerCase });
  assert.equal(!tooMany.ok && tooMany.because, "too many");
  const broken = parseRecipientLists([...documents, lists("<list>")], RULES);
  assert.equal(!broken.ok && broken.because, "malformed");
});

test("lists printed in the RFCs are read", (t) => {
  const sizes = new Map([
    ["rfc5364-02-resource-lists.xml", 7],
    ["rfc5365-02-resource-lists.xml", 3],
    ["rfc5318-01-resource-lists.xml", 3],
    ["rfc5362-02-resource-lists.xml", 3],
  ]);
  for (const { file, bytes } of corpusFor(t, "xml-rfc-examples")) {
    const size = sizes.get(file);
    if (size !== undefined) assert.equal(recipients(bytes).length, size, file);
    if (file.startsWith("rfc4826-02")) {
      const list = parseRecipientList(bytes, RULES);
      assert.ok(!list.ok && list.because === "entry-ref");
    }
  }
});

test("the history printed in RFC 5364 §6 comes from the list printed beside it", (t) => {
  const corpus = new Map(corpusFor(t, "xml-rfc-examples").map(({ file, bytes }) => [file, bytes]));
  const given = corpus.get("rfc5364-02-resource-lists.xml");
  const wanted = corpus.get("rfc5365-02-resource-lists.xml");
  if (given === undefined || wanted === undefined) return;
  const history = formatRecipientHistory(recipients(given));
  assert.ok(history !== undefined);
  assert.deepEqual(entries(history), entries(wanted));
});

test("nested lists are read as flat, entries of other namespaces passed over", () => {
  assert.deepEqual(
    read(
      '<list><entry uri="sip:a@b"><display-name xml:lang="en">A &lt;</display-name></entry><list><list><entry uri=" sip:c@d "/></list></list><entry xmlns="urn:x" uri="sip:no@x"/></list>',
    ),
    [
      { ...SAID_NOTHING, uri: "sip:a@b", displayName: "A <" },
      { ...SAID_NOTHING, uri: "sip:c@d" },
    ],
  );
});

test("references, empty and malformed lists, and too long ones are told apart", () => {
  const entry = '<entry uri="sip:a@b"/>';
  assert.equal(read(`<list>${entry}<external anchor="https://x/y"/></list>`), "external");
  assert.equal(read(`<list><list><entry-ref ref="x"/></list>${entry}</list>`), "entry-ref");
  assert.equal(read("<list/>"), "empty");
  assert.equal(read('<list><entry uri="nobody"/></list>'), "malformed");
  assert.equal(read("<list><entry/></list>"), "malformed");
  assert.equal(read("<list>"), "malformed");
  const many = Array.from({ length: 3 }, (_, at) => `<entry uri="sip:${at}@b"/>`).join("");
  assert.equal(read(`<list>${many}${many}</list>`, 3).length, 3);
  assert.equal(read(`<list>${many}</list>`, 2), "too many");
});

test("a receiver named twice counts once, with the strongest copy control, and stays unnamed", () => {
  const list = read(
    '<list><entry uri="sip:a@B" c:copyControl="bcc" c:anonymize="true"/><entry uri="sip:a@b" c:copyControl="to"/><entry uri="sip:A@b"/></list>',
  );
  assert.deepEqual(list, [{ ...SAID_NOTHING, uri: "sip:a@B", copyControl: "to", anonymize: true }]);
});

test("an unknown copy control tells nobody anything", () => {
  const list = read('<list><entry uri="sip:a@b" c:copyControl="all" c:count="x"/></list>');
  assert.deepEqual(list, [{ ...SAID_NOTHING, uri: "sip:a@b", copyControl: "bcc" }]);
});

test("the history never names who is blind, unnamed or without copy control", () => {
  const one = fc.record({
    uri: fc.stringMatching(/^sip:[a-z]{6,12}@example\.com$/),
    displayName: fc.constantFrom(undefined, "N"),
    copyControl: fc.constantFrom<Recipient["copyControl"]>("to", "cc", "bcc", undefined),
    anonymize: fc.boolean(),
    count: fc.constant(1),
  });
  fc.assert(
    fc.property(fc.uniqueArray(one, { selector: ({ uri }) => uri }), (given) => {
      const history = formatRecipientHistory(given);
      const shown = given.filter(
        (r) => (r.copyControl === "to" || r.copyControl === "cc") && !r.anonymize,
      );
      const text = history === undefined ? "" : utf8Text(history);
      for (const recipient of given) {
        assert.equal(text.includes(`"${recipient.uri}"`), shown.includes(recipient));
      }
      if (history !== undefined) assert.equal(parseRecipientList(history, RULES).ok, true);
    }),
    { seed: 4711, numRuns: 200 },
  );
});

test("any list that is written reads the same", () => {
  const one = fc.record(
    {
      uri: fc.stringMatching(/^sip:[a-z&;'=]{1,12}@example\.com$/),
      displayName: fc.option(fc.stringMatching(/^[!-~é]{1,9}$/), { nil: undefined }),
      copyControl: fc.constantFrom<Recipient["copyControl"]>("to", "cc", "bcc", undefined),
      anonymize: fc.boolean(),
      count: fc.integer({ min: 0, max: 999_999_999 }),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(fc.uniqueArray(one, { selector: ({ uri }) => uri, minLength: 1 }), (given) => {
      assert.deepEqual(recipients(formatRecipientList(given)), given);
    }),
    { seed: 4711, numRuns: 200 },
  );
});

function entries(bytes: Uint8Array): unknown {
  return recipients(bytes).map(({ uri, copyControl, count }) => ({ uri, copyControl, count }));
}
