/** Lists whose references are followed: who is found, what is cut, what is missing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type ListItem,
  parseAccessRules,
  parseResourceLists,
  type ResourceList,
} from "@parlance/formats";
import { utf8Bytes } from "@parlance/wire";
import { corpusFor } from "../../../../tools/test/corpora.ts";
import { anchorsOf } from "../rules/index.ts";
import { EXPAND_LIMITS, expandList, type ListSource, resolveLists } from "./index.ts";

function list(...items: readonly ListItem[]): ResourceList {
  return { name: undefined, displayName: undefined, items };
}

function entry(uri: string, displayName?: string): ListItem {
  return { kind: "entry", uri, displayName };
}

function external(anchor: string): ListItem {
  return { kind: "external", anchor, displayName: undefined };
}

function sourceOf(lists: ReadonlyMap<string, ResourceList>): ListSource & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    list: async (anchor) => {
      asked.push(anchor);
      return lists.get(anchor);
    },
    entry: async (ref) => {
      asked.push(ref);
      return ref === "carol" ? { uri: "sip:carol@x", displayName: "Carol" } : undefined;
    },
  };
}

const EMPTY = sourceOf(new Map());

test("entries come in order, nested lists with them, and who is named twice is one", async () => {
  const { entries, complete } = await expandList(
    list(
      entry("sip:alice@EXAMPLE.com", "Alice"),
      { kind: "list", ...list(entry("sip:bob@x"), entry("sip:alice@example.com;a=b")) },
      { kind: "entry-ref", ref: "carol", displayName: "Caro" },
    ),
    EMPTY,
  );
  assert.deepEqual(
    [...entries.values()],
    [
      { uri: "sip:alice@EXAMPLE.com", displayName: "Alice" },
      { uri: "sip:bob@x", displayName: undefined },
      { uri: "sip:carol@x", displayName: "Caro" },
    ],
  );
  assert.deepEqual([...entries.keys()], ["sip:alice@example.com", "sip:bob@x", "sip:carol@x"]);
  assert.equal(complete, true);
});

test("a list that leads back to itself is read once, and is complete", async () => {
  const source = sourceOf(
    new Map([
      ["a", list(entry("sip:a@x"), external("b"))],
      ["b", list(external("a"), entry("sip:b@x"))],
    ]),
  );
  const { entries, complete } = await expandList(list(external("a"), external("a")), source);
  assert.deepEqual([...entries.keys()], ["sip:a@x", "sip:b@x"]);
  assert.deepEqual(source.asked, ["a", "b"]);
  assert.equal(complete, true);
});

test("what cannot be had is empty, and the list known not to be complete", async () => {
  const { entries, complete } = await expandList(
    list(external("gone"), entry("sip:a@x"), {
      kind: "entry-ref",
      ref: "gone too",
      displayName: "",
    }),
    EMPTY,
  );
  assert.deepEqual([...entries.keys()], ["sip:a@x"]);
  assert.equal(complete, false);
});

test("depth, entries and references have their limits", async () => {
  const chain = new Map(
    Array.from({ length: 9 }, (_, at) => [
      `${at}`,
      list(entry(`sip:${at}@x`), external(`${at + 1}`)),
    ]),
  );
  const deep = await expandList(list(external("0")), sourceOf(chain));
  assert.equal(deep.entries.size, EXPAND_LIMITS.depth);
  assert.equal(deep.complete, false);

  const many = list(...Array.from({ length: 1500 }, (_, at) => entry(`sip:${at}@x`)));
  const crowd = await expandList(many, EMPTY);
  assert.equal(crowd.entries.size, EXPAND_LIMITS.entries);
  assert.equal(crowd.complete, false);

  const source = sourceOf(new Map());
  const wide = list(...Array.from({ length: 500 }, (_, at) => external(`${at}`)));
  assert.equal((await expandList(wide, source)).complete, false);
  assert.equal(source.asked.length, EXPAND_LIMITS.references);
});

test("the loop of the corpus ends", async (t) => {
  for (const { file, bytes } of corpusFor(t, "xml-bad")) {
    if (file !== "rl-external-loop.xml") continue;
    const document = parseResourceLists(bytes);
    assert.ok(document.ok);
    const [first] = document.value.lists;
    assert.ok(first !== undefined);
    const itself: ListSource = { list: async () => first, entry: async () => undefined };
    assert.equal((await expandList(first, itself)).entries.size <= EXPAND_LIMITS.entries, true);
  }
});

test("rules ask about lists that were fetched with all that belongs to them", async () => {
  const ruleset = parseAccessRules(
    utf8Bytes(
      '<ruleset xmlns="urn:ietf:params:xml:ns:common-policy"><rule id="1"><conditions><o:external-list xmlns:o="urn:oma:xml:xdm:common-policy"><o:entry anc="friends"/><o:entry anc="gone"/><o:entry anc="friends"/></o:external-list></conditions></rule></ruleset>',
    ),
  );
  assert.ok(ruleset.ok);
  const anchors = anchorsOf(ruleset.value);
  assert.deepEqual(anchors, ["friends", "gone"]);
  const source = sourceOf(
    new Map([
      ["friends", list(entry("sip:a@x"), external("more"))],
      ["more", list(entry("sip:b@x"))],
    ]),
  );
  const inList = await resolveLists(anchors, source);
  assert.equal(inList("friends", "sip:b@x"), true);
  assert.equal(inList("friends", "sip:c@x"), false);
  assert.equal(inList("gone", "sip:a@x"), false);
  assert.equal(inList("more", "sip:b@x"), false);
});
