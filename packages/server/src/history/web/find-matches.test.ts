/** The places of words in texts that were found by their folded form. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { queryWords } from "../../store/index.ts";
import { excerptOf, findMatches } from "./find-matches.ts";

function found(text: string, query: string): readonly string[] {
  return findMatches(text, queryWords(query)).map(({ start, length }) =>
    text.slice(start, start + length),
  );
}

test("words are marked as they stand, whatever their case, width and form", () => {
  assert.deepEqual(found("Please send the Invoice", "VOIC"), ["voic"]);
  assert.deepEqual(found("ＩＮＶＯＩＣＥ 7", "invoice"), ["ＩＮＶＯＩＣＥ"]);
  assert.deepEqual(found("e\u0301tude, étude", "ÉTUDE"), ["e\u0301tude", "étude"]);
  assert.deepEqual(found("ﬁne", "fine"), ["ﬁne"]);
  assert.deepEqual(found("請求書を送りました", "求書"), ["求書"]);
  assert.deepEqual(found("🙂 İstanbul 🙂", "🙂"), ["🙂", "🙂"]);
  assert.deepEqual(found('He said "100% _sure_"', "%_ 100%"), ["100%"]);
  assert.deepEqual(found("aaaa", "aa a"), ["aa", "aa"]);
  assert.deepEqual(found("nothing", "else"), []);
});

test("of a long text the part around the first match is shown", () => {
  const text = `${"x ".repeat(500)}needle${" y".repeat(500)}`;
  const { text: shown, cutBefore, cutAfter, matches } = excerptOf(text, ["needle"]);
  assert.deepEqual([cutBefore, cutAfter, shown.length], [true, true, 320]);
  const [{ start, length } = { start: 0, length: 0 }] = matches;
  assert.equal(shown.slice(start, start + length), "needle");
  assert.deepEqual(excerptOf("short", ["none"]), {
    text: "short",
    cutBefore: false,
    cutAfter: false,
    matches: [],
  });
});

test("whatever text and query: places are inside, in order and tear no character", () => {
  const text = fc.string({ unit: "binary", maxLength: 400 });
  const query = fc.string({ unit: "grapheme", minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(text, text, query, (before, after, word) => {
      const whole = `${before}${word}${after}`.toWellFormed();
      const excerpt = excerptOf(whole, queryWords(word));
      assert.ok(excerpt.text.isWellFormed());
      let end = 0;
      for (const match of excerpt.matches) {
        assert.ok(match.start >= end && match.length > 0);
        end = match.start + match.length;
        assert.ok(end <= excerpt.text.length);
        assert.ok(excerpt.text.slice(match.start, end).isWellFormed());
      }
    }),
    { seed: 4711, numRuns: 500 },
  );
});
