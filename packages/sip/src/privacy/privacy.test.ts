import assert from "node:assert/strict";
import { test } from "node:test";
import {
  From,
  type NameAddr,
  PAssertedIdentity,
  PPreferredIdentity,
  Privacy,
} from "../message/index.ts";
import { anonymousFrom, assertIdentity, isAssertion } from "./asserted-identity.ts";
import { judgePrivacy, type Trust } from "./privacy-edits.ts";
import { readPrivacy, remainingPrivacy } from "./privacy-wish.ts";

function edits(privacy: string | undefined, towards: Trust): string[] {
  const wish = readPrivacy(privacy === undefined ? undefined : Privacy.read(privacy));
  const verdict = judgePrivacy(wish, towards);
  if (verdict.do === "refuse") return [`${verdict.status} ${verdict.reason}`];
  return verdict.edits.map((edit) => {
    if (edit.do === "remove header") return edit.name;
    return edit.do === "hide From" ? edit.do : `strike ${edit.level}`;
  });
}

const informative = "Subject, Call-Info, Organization, User-Agent, Reply-To, In-Reply-To".split(
  ", ",
);

test("the asserted identity stays inside the trust domain (RFC 3325 §5, §7)", () => {
  for (const privacy of [undefined, "id", "none"]) {
    assert.ok(edits(privacy, "untrusted").includes("P-Asserted-Identity"), privacy);
    assert.ok(!edits(privacy, "trusted").includes("P-Asserted-Identity"), privacy);
    assert.ok(edits(privacy, "trusted").includes("P-Preferred-Identity"), privacy);
  }
});

test("privacy of level user hides From and everything that nobody needs (RFC 3323 §5.3)", () => {
  assert.deepEqual(edits("user;id", "trusted"), [
    "P-Preferred-Identity",
    "hide From",
    ...informative,
    "strike user",
  ]);
});

test("with none nothing is hidden, and none stands alone (RFC 3323 §4.2, §5)", () => {
  assert.deepEqual(edits("none", "trusted"), ["P-Preferred-Identity"]);
  assert.throws(() => readPrivacy(["none", "id"]), { name: "FormatError" });
});

test("critical fails the request when a level cannot be had (RFC 3323 §5)", () => {
  const refused = ["500 Privacy not available: header session"];
  assert.deepEqual(edits("header;session;critical", "trusted"), refused);
  assert.deepEqual(edits("ID;Critical", "untrusted"), [
    "P-Asserted-Identity",
    "P-Preferred-Identity",
  ]);
  assert.ok(edits("header", "untrusted").includes("History-Info"));
});

test("a level that was provided is struck, and the header goes with the last one", () => {
  assert.deepEqual(remainingPrivacy(["user", "id"], ["user"]), ["id"]);
  assert.equal(remainingPrivacy(["User", "critical"], ["user"]), undefined);
});

const owned = ["sip:alice@example.com", "sip:al@example.com"];
const usual: NameAddr = From.read("Alice <sip:alice@example.com>");

function assertFor(text: string): string | undefined {
  return PAssertedIdentity.write([assertIdentity(PPreferredIdentity.read(text), owned, usual)])[0];
}

test("a preferred identity counts only when it is the user's own (RFC 3325 §5)", () => {
  assert.equal(assertFor('"Al" <sip:al@EXAMPLE.com:5060>;x=1'), '"Al" <sip:al@EXAMPLE.com:5060>');
  assert.equal(assertFor("<sip:bob@example.com>"), '"Alice" <sip:alice@example.com>');
  assert.equal(assertFor("<sip:Alice@example.com>"), '"Alice" <sip:alice@example.com>');
});

function shape(text: string): boolean {
  return isAssertion(PAssertedIdentity.read(text));
}

test("an assertion is one identity, or one SIP and one tel (RFC 3325 §9.1)", () => {
  assert.ok(shape("<sip:a@example.com>"));
  assert.ok(shape("<sip:a@example.com>, <tel:+15550100>"));
  assert.ok(!shape("<sip:a@example.com>, <sip:b@example.com>"));
  assert.ok(!shape("<urn:x:y>"));
});

test("an anonymous From keeps its tag (RFC 3323 §4.1.1.3)", () => {
  const [text] = From.write(anonymousFrom("1"));
  assert.equal(text, '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1');
});
