/** Lists as users keep them: read, written, held against their constraints. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes, utf8Text } from "@parlance/wire";
import * as fc from "fast-check";
import { corpusFor } from "../../../../tools/test/corpora.ts";
import {
  checkResourceLists,
  formatResourceLists,
  type ListItem,
  type ListsFault,
  parseResourceLists,
  type ResourceLists,
} from "./index.ts";

function lists(inner: string): Uint8Array {
  return utf8Bytes(
    `<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists">${inner}</resource-lists>`,
  );
}

function read(bytes: Uint8Array): ResourceLists {
  const result = parseResourceLists(bytes);
  assert.ok(result.ok, result.ok ? "" : result.error.message);
  return result.value;
}

function faults(inner: string): readonly ListsFault[] {
  return checkResourceLists(read(lists(inner)));
}

test("lists printed in the RFCs are read, and read again as written", (t) => {
  for (const { file, bytes } of corpusFor(t, "xml-rfc-examples")) {
    if (!file.endsWith("-resource-lists.xml")) continue;
    const document = read(bytes);
    assert.ok(document.lists.length > 0, file);
    assert.deepEqual(read(formatResourceLists(document)), document, file);
    for (let cut = 0; cut < utf8Text(bytes).trimEnd().length; cut += 1) {
      assert.equal(parseResourceLists(bytes.subarray(0, cut)).ok, false, `${file} cut at ${cut}`);
    }
    if (!file.startsWith("rfc4826")) continue;
    const [friends] = document.lists;
    assert.equal(friends?.name, "friends");
    assert.deepEqual(
      friends.items.map(({ kind, displayName }) => [kind, displayName]),
      [
        ["entry", "Bill Doe"],
        ["entry-ref", undefined],
        ["list", "Close Friends"],
      ],
    );
  }
});

test("a list that was fetched alone is read like one in its document", () => {
  const alone = utf8Bytes(
    '<list xmlns="urn:ietf:params:xml:ns:resource-lists" name="a"><entry uri="sip:b@c"/></list>',
  );
  assert.deepEqual(
    read(alone),
    read(lists('<list name="a"><entry uri="sip:b@c"/><x xmlns="urn:x"/></list>')),
  );
});

test("entries and references that lead nowhere are refused", () => {
  for (const inner of [
    "<list><entry/></list>",
    "<list><entry-ref/></list>",
    "<list><external/></list>",
    '<list><list><entry uri=" "/></list></list>',
  ]) {
    assert.equal(parseResourceLists(lists(inner)).ok, false, inner);
  }
});

test("what must be unique among its siblings is, and the field that is not is named", () => {
  assert.deepEqual(
    faults(
      '<list name="a"><entry uri="sip:a@b"/><entry uri="sip:A@b"/><entry uri="sip:a@b"/></list><list name="a"/><list/><list/>',
    ),
    [
      { kind: "not unique", field: "resource-lists/list%5b1%5d/entry%5b3%5d/@uri" },
      { kind: "not unique", field: "resource-lists/list%5b2%5d/@name" },
    ],
  );
  const twice =
    '<entry-ref ref="a"/><external anchor="https://x/a"/><entry uri="sip:a@b"/><list name="a"/>';
  assert.deepEqual(faults(`<list>${twice}<list name="b">${twice}</list></list>`), []);
  assert.equal(faults(`<list>${twice}${twice}</list>`).length, 4);
});

test("a reference stays below the root, an external list has an address", () => {
  for (const ref of ["/x", "https://x/y", "..", "a/../b", "a/%2e%2E/b", "a/.%2e/b", "./a"]) {
    assert.equal(faults(`<list><entry-ref ref="${ref}"/></list>`)[0]?.kind, "bad reference", ref);
  }
  const fine = "resource-lists/users/sip:a@b/index/~~/resource-lists/list%5b1%5d?xmlns(a=../x)";
  assert.deepEqual(faults(`<list><entry-ref ref="${fine}"/></list>`), []);
  assert.equal(faults('<list><external anchor="ftp://x/y"/></list>')[0]?.kind, "bad reference");
  assert.equal(faults('<list><external anchor="x/y"/></list>')[0]?.kind, "bad reference");
});

test("bad lists of the corpus are refused by the reader or by the constraints", (t) => {
  for (const { file, verdict, bytes, facts } of corpusFor(t, "xml-bad")) {
    if (facts["mime"] !== "application/resource-lists+xml") continue;
    const result = parseResourceLists(bytes);
    const good = result.ok && checkResourceLists(result.value).length === 0;
    if (verdict !== "either") assert.equal(good, verdict === "accept", file);
  }
});

test("any lists that are written read the same", () => {
  const plain = { noNullPrototype: true } as const;
  const text = fc.stringMatching(/^[!-~é]{1,12}$/);
  const some = fc.option(text, { nil: undefined });
  const { list } = fc.letrec<{ list: ListItem & { kind: "list" }; item: ListItem }>((tie) => ({
    list: fc.record(
      {
        kind: fc.constant("list" as const),
        name: some,
        displayName: some,
        items: fc.array(tie("item"), { maxLength: 3, depthIdentifier: "lists" }),
      },
      plain,
    ),
    item: fc.oneof(
      { depthSize: "small", depthIdentifier: "lists" },
      fc.record({ kind: fc.constant("entry" as const), uri: text, displayName: some }, plain),
      fc.record({ kind: fc.constant("entry-ref" as const), ref: text, displayName: some }, plain),
      fc.record({ kind: fc.constant("external" as const), anchor: text, displayName: some }, plain),
      tie("list"),
    ),
  }));
  const top = list.map(({ name, displayName, items }) => ({ name, displayName, items }));
  fc.assert(
    fc.property(fc.array(top, { maxLength: 2 }), (given) => {
      assert.deepEqual(parseResourceLists(formatResourceLists({ lists: given })), {
        ok: true,
        value: { lists: given },
      });
    }),
    { seed: 4711, numRuns: 200 },
  );
});
