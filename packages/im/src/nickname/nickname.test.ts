/** Nicknames: the examples of RFC 8266, what is refused, what is taken for another. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { casesFor } from "../../../../tools/test/corpora.ts";
import {
  judgeNickname,
  MOST_NICKNAME_CHARACTERS,
  type NicknamePolicy,
  nicknameAtJoin,
  nicknameKeys,
  prepareNickname,
  RESERVED_NICKNAMES,
  reservedKeys,
} from "./index.ts";
import { comparedNickname } from "./prepare-nickname.ts";

function roomWith(...names: readonly string[]): NicknamePolicy {
  const keys = new Set(names.flatMap(nicknameKeys));
  return { reserved: reservedKeys("Pool"), inUse: (key) => keys.has(key) };
}

function verdict(wish: string, ...others: readonly string[]): string {
  const result = judgeNickname(wish, roomWith(...others));
  return result.kind === "nickname" ? result.nickname : `${result.status} ${result.because}`;
}

test("the examples of RFC 8266 §3 come out as printed", () => {
  for (const [given, compared] of [
    ["Foo", "foo"],
    ["foo", "foo"],
    ["Foo Bar", "foo bar"],
    ["foo bar", "foo bar"],
    ["\u03a3", "\u03c3"],
    ["\u03c3", "\u03c3"],
    ["\u03c2", "\u03c2"],
    ["\u03d4", "\u03cb"], // stable only when applied again
    ["\u221e", "\u221e"],
    ["Richard \u2163", "richard iv"],
  ] as const) {
    assert.equal(comparedNickname(given), compared, given);
  }
});

test("a nickname is shown with its spaces collapsed and compatible characters mapped", () => {
  assert.equal(prepareNickname("  Night \u00a0 \u3000Owl "), "Night Owl");
  assert.equal(prepareNickname("\uff21lice"), "Alice");
  assert.equal(prepareNickname("Zoe\u0308"), "Zo\u00eb");
  assert.equal(prepareNickname("\u{1f600}"), "\u{1f600}");
});

test("what nobody sees, what turns the direction and what is no character is refused", () => {
  for (const wish of [
    "",
    "     ",
    "\u3000",
    "\u0301",
    "a\u0000b",
    "a\nb",
    "a\u200bb", // zero-width space
    "a\u200db", // zero-width joiner
    "a\ufeffb",
    "\u202eevil\u202c",
    "a\u2066b",
    "a\u061cb", // Arabic letter mark
    "a\u00adb", // soft hyphen
    "a\ufe0fb", // variation selector
    "\u{e0041}\u{e0042}", // tags
    "\ue000", // private use
    "\uffff",
    "\u{378}", // unassigned
    "\ud800",
    "\u1100", // old Hangul jamo
    "\uffa1", // becomes one
    "\u2028",
    "x".repeat(MOST_NICKNAME_CHARACTERS + 1),
    "x".repeat(1_000_000),
  ]) {
    assert.equal(verdict(wish), "424 not a nickname", JSON.stringify(wish.slice(0, 40)));
  }
  assert.equal(verdict("x".repeat(MOST_NICKNAME_CHARACTERS)), "x".repeat(32));
  assert.equal(verdict("\u{1f600}".repeat(MOST_NICKNAME_CHARACTERS)).length, 64);
});

test("nobody takes the name of the service, of the room, or something like an address", () => {
  for (const wish of ["Administrator", "System", "ADMIN", "p\u043eol", "P00L", "Anonymous"]) {
    assert.equal(verdict(wish), "425 reserved", wish);
  }
  for (const name of RESERVED_NICKNAMES) assert.equal(verdict(name), "425 reserved");
  for (const wish of [
    "sip:ceo@im.example.com",
    "SIPS:x",
    "tel:112",
    "a@b",
    "ceo\uff20example.com",
    "https:x",
    "+1 (555) 010-0",
    "x://y",
  ]) {
    assert.equal(verdict(wish), "424 looks like an address", wish);
  }
  for (const wish of ["Note: owls", "+1", "@owl", "owl@", 'Ali"ce', "Administrators"]) {
    assert.equal(verdict(wish), wish);
  }
});

test("a name that would be taken for another is in use", () => {
  for (const [wish, other] of [
    ["ALICE", "Alice"],
    ["\uff21lice", "Alice"],
    ["Night  Owl", "night owl"],
    ["\u0410lice", "Alice"], // Cyrillic capital A
    ["Al\u0456ce", "Alice"], // Cyrillic i
    ["AIice", "Alice"], // capital I for small l
    ["A1ice", "Alice"],
    ["B\u043eb", "Bob"],
    ["B0b", "Bob"],
    ["B\u03bfb", "Bob"], // Greek omicron
    ["\u0412\u041e\u0412", "BOB"], // all Cyrillic, in capitals
    ["\u039dight Owl", "Night Owl"], // Greek capital Nu
    ["\u03bdera", "vera"], // Greek small nu
    ["Corner", "Comer"],
    ["\u13aa\u13de", "AL"], // Cherokee
    ["\u0540\u0561\u0575\u056f", "\u0570\u0561\u0575\u056f"], // Armenian, capital and small
  ] as const) {
    assert.equal(verdict(wish, other), "425 in use", wish);
    assert.equal(verdict(other, wish), "425 in use", other);
  }
  for (const [wish, other] of [
    ["Alice", "Alicia"],
    ["NightOwl", "Night Owl"],
    ["Zo\u00eb", "Zoe"],
    ["\u03c3", "\u03c2x"],
    ["\u592a\u90ce", "\u6b21\u90ce"],
  ] as const) {
    assert.equal(verdict(wish, other), wish);
  }
});

test("who joins with a name in use gets a number behind it, and a reserved name never", () => {
  assert.equal(nicknameAtJoin("Night Owl", roomWith()), "Night Owl");
  assert.equal(nicknameAtJoin("Night Owl", roomWith("night owl")), "Night Owl 2");
  assert.equal(nicknameAtJoin("Night  Owl", roomWith("Night Owl", "Night Owl 2")), "Night Owl 3");
  assert.equal(nicknameAtJoin("Admin", roomWith()), undefined);
  assert.equal(nicknameAtJoin("", roomWith()), undefined);
  const long = "\u{1f600}".repeat(MOST_NICKNAME_CHARACTERS);
  assert.equal(nicknameAtJoin(long, roomWith(long)), `${"\u{1f600}".repeat(30)} 2`);
  const everything: NicknamePolicy = { reserved: new Set(), inUse: () => true };
  assert.equal(nicknameAtJoin("Owl", everything), undefined);
});

test("hostile names of the corpus are refused as they must be, or harmless", (t) => {
  const refused = new Map([
    ["nick-admin", 425],
    ["nick-system", 425],
    ["nick-uri", 424],
    ["nick-long", 424],
    ["nick-spaces", 424],
    ["uni-rlo", 424],
    ["uni-lri", 424],
    ["uni-zwj-flood", 424],
    ["uni-nul", 424],
    ["uni-bel", 424],
    ["uni-tag-chars", 424],
    ["uni-bom", 424],
    ["uni-lone-lo", 424],
    ["url-sip", 424],
  ]);
  for (const { name, text } of casesFor(t, "web-hostile-strings")) {
    const result = judgeNickname(String(text), roomWith("Alice"));
    const wanted = refused.get(String(name));
    if (wanted !== undefined) {
      assert.ok(result.kind === "refused" && result.status === wanted, String(name));
    }
    if (name === "nick-same-case" || name === "nick-fullwidth") {
      assert.ok(result.kind === "refused" && result.because === "in use", name);
    }
    if (name === "nick-emoji" || name === "nick-quote") {
      assert.deepEqual(result, { kind: "nickname", nickname: text });
    }
  }
});

test("what was prepared once is prepared, and clashes with itself however it is written", () => {
  const wish = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.string({
      unit: fc.constantFrom(
        ...Array.from("iIl1|0Oo \u00a0\u0456\u03a3\u03c2\u1e9eßé\u0130\u01c5vVrn"),
      ),
    }),
  );
  fc.assert(
    fc.property(wish, (text) => {
      const nickname = prepareNickname(text);
      if (nickname === undefined) return;
      assert.equal(prepareNickname(nickname), nickname);
      assert.ok(Array.from(nickname).length <= MOST_NICKNAME_CHARACTERS);
      const keys = nicknameKeys(text);
      assert.ok(keys.length > 0);
      assert.deepEqual(nicknameKeys(nickname), keys);
      assert.deepEqual(nicknameKeys(` ${text}  `), keys);
    }),
    { seed: 4711, numRuns: 2000 },
  );
});
