/** Changes of documents: what RFC 5874 and 5875 print, and what is written reads the same. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes, utf8Text } from "@parlance/wire";
import { corpusFor } from "../../../../tools/test/corpora.ts";
import { applyPatch, makePatch } from "../xml-patch/index.ts";
import { formatXcapDiff, parseXcapDiff, type XcapDiff } from "./index.ts";

const NS = 'xmlns="urn:ietf:params:xml:ns:xcap-diff"';

function read(bytes: Uint8Array): XcapDiff {
  const result = parseXcapDiff(bytes);
  assert.ok(result.ok, result.ok ? "" : result.error.message);
  return result.value;
}

/** With octets as text, so that differences can be read. */
function shown(diff: XcapDiff): unknown {
  return JSON.parse(JSON.stringify(diff, plain));
}

function plain(_: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return utf8Text(value);
  return value instanceof Map ? [...value] : value;
}

test("documents printed in RFC 5874 and 5875 are read, and read again as written", (t) => {
  for (const { file, bytes } of corpusFor(t, "xml-rfc-examples")) {
    if (!file.endsWith("-xcap-diff.xml")) continue;
    const diff = read(bytes);
    assert.ok(diff.changes.length > 0, file);
    assert.deepEqual(shown(read(formatXcapDiff(diff))), shown(diff), file);
    for (let cut = 0; cut < utf8Text(bytes).trimEnd().length; cut += 1) {
      assert.equal(parseXcapDiff(bytes.subarray(0, cut)).ok, false, `${file} cut at ${cut}`);
    }
  }
});

test("the history printed in RFC 5874 is applied, one entity tag after the other", (t) => {
  const document = utf8Bytes("<doc>\n <note>This is a sample document</note>\n</doc>");
  const results: string[] = [];
  for (const { file, bytes } of corpusFor(t, "xml-rfc-examples")) {
    if (!file.startsWith("rfc5874-11") && !file.startsWith("rfc5874-12")) continue;
    let now: Uint8Array = document;
    for (const change of read(bytes).changes) {
      assert.ok(change.kind === "document");
      const result = applyPatch(now, change.patch);
      assert.ok(result.ok, file);
      now = result.bytes;
    }
    results.push(utf8Text(now));
  }
  const [once, stepByStep] = results;
  assert.equal(once, stepByStep);
  if (once === undefined) return;
  assert.match(once, /<foobar>this is a foobar element<\/foobar><\/doc>$/);
});

test("a change that was made is written so that it can be applied, whatever prefixes it uses", () => {
  const before = utf8Bytes('<l xmlns="urn:l" xmlns:d="urn:x" xmlns:é="urn:y"><é:a/></l>');
  const after = utf8Bytes(
    '<l xmlns="urn:l" xmlns:d="urn:x" xmlns:é="urn:y"><é:a/><d:b d:c="1"/></l>',
  );
  const patch = makePatch(before, after);
  assert.ok(patch !== undefined);
  const written = formatXcapDiff({
    root: "https://xcap.example.com/",
    changes: [
      {
        kind: "document",
        sel: "resource-lists/users/sip:alice@example.com/index",
        previousEtag: "1",
        newEtag: "2",
        bodyNotChanged: false,
        patch,
      },
    ],
  });
  const [change] = read(written).changes;
  assert.ok(change?.kind === "document");
  const result = applyPatch(before, change.patch);
  assert.ok(result.ok);
  assert.equal(utf8Text(result.bytes), utf8Text(after));
});

test("a document that is only named is written as the service writes it", () => {
  const text = utf8Text(
    formatXcapDiff({
      root: "https://xcap.example.com/",
      changes: [
        {
          kind: "document",
          sel: "org.openmobilealliance.deferred-list/users/sip:alice@example.com/deferred-list",
          previousEtag: "7ahggs",
          newEtag: "fgherhryt3",
          bodyNotChanged: false,
          patch: [],
        },
      ],
    }),
  );
  assert.match(
    text,
    /<d:document previous-etag="7ahggs" sel="org\.openmobile[^"]*" new-etag="fgherhryt3">/,
  );
});

test("elements and attributes are told with what they are, or that they are gone", () => {
  const diff: XcapDiff = {
    root: "x",
    changes: [
      {
        kind: "element",
        sel: "a/b",
        exists: true,
        content: utf8Bytes("<p:e>é</p:e>"),
        bindings: new Map([["p", "urn:p"]]),
      },
      { kind: "element", sel: "a/c", exists: false, content: undefined, bindings: new Map() },
      { kind: "attribute", sel: "a/@d", exists: true, value: " <1> " },
      { kind: "attribute", sel: "a/@e", exists: false, value: "" },
      {
        kind: "document",
        sel: "b",
        previousEtag: "1",
        newEtag: "2",
        bodyNotChanged: true,
        patch: [],
      },
    ],
  };
  assert.deepEqual(shown(read(formatXcapDiff(diff))), shown(diff));
});

test("changes of nothing, in a direction nobody knows, or in bad XML, are refused", (t) => {
  for (const inner of [
    "<document/>",
    "<element/>",
    "<attribute/>",
    '<attribute sel="a"><b/></attribute>',
    '<document sel="a"><add/></document>',
    '<document sel="a"><remove/></document>',
    '<document sel="a"><replace/></document>',
    '<document sel="a"><add sel="b" pos="beside"/></document>',
    '<document sel="a"><remove sel="b" ws="all"/></document>',
    '<document sel="a"><add sel="b" type="@c"><d/></add></document>',
  ]) {
    const text = `<xcap-diff ${NS} xcap-root="x">${inner}</xcap-diff>`;
    assert.equal(parseXcapDiff(utf8Bytes(text)).ok, false, inner);
  }
  assert.equal(parseXcapDiff(utf8Bytes(`<xcap-diff ${NS}/>`)).ok, false);
  assert.equal(parseXcapDiff(utf8Bytes('<xcap-diff xcap-root="x"/>')).ok, false);
  for (const { file, bytes } of corpusFor(t, "xml-bad")) {
    assert.equal(parseXcapDiff(bytes).ok, false, file);
  }
});
