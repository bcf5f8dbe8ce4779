/** What is drawn of what others write. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cleanLine, cleanText } from "./clean-text.ts";

test("controls and what nobody can see are left out, line breaks and tabs stay", () => {
  assert.equal(cleanText("a\0b\u0007\u001b[31mred"), "ab[31mred");
  assert.equal(cleanText("\u{e0041}\u{e0042}x"), "x");
  assert.equal(cleanText("\ufeffhi\u200b"), "hi");
  assert.equal(cleanText("one\r\ntwo\tthree\rfour"), "one\ntwo\tthree\nfour");
});

test("half a character is none", () => {
  assert.equal(cleanText("a\ude00b\ud83d"), "ab");
  assert.equal(cleanText("🙂"), "🙂");
});

test("families, flags and letters with marks stay what they are", () => {
  for (const text of [
    "👩‍👩‍👧",
    "é",
    "ệ",
    "🇩🇪",
    "नमस्ते",
    "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
  ]) {
    assert.equal(cleanText(text), text);
  }
});

test("piles of marks and floods of joiners are cut", () => {
  assert.ok(cleanText(`e${"\u0301".repeat(500)}`).length <= 5);
  assert.equal(cleanText("\u200d".repeat(10_000)), "\u200d");
});

test("a name is one line that turns nothing behind it", () => {
  assert.equal(cleanLine("\u202eevil\u202c\n  name"), "evil name");
  assert.equal(Array.from(cleanLine("🙂".repeat(500), 20)).length, 20);
});
