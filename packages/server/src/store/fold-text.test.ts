import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { foldText, queryWords } from "./fold-text.ts";

test("case, width and form of characters make no difference", () => {
  assert.equal(foldText("  GRÜSSE\r\n\tan   Cafe\u0301 "), "grüsse an café");
  assert.equal(foldText("Ｐａｒｌａｎｃｅ ﾊﾟｰﾄ"), "parlance パート");
  assert.equal(foldText("請求書を\u0000送りました"), "請求書を 送りました");
  assert.equal(foldText("a\ud800b"), "a\ufffdb");
});

test("folding what is folded changes nothing", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
      const folded = foldText(text);
      assert.equal(foldText(folded), folded);
    }),
  );
});

test("a query is a few words, the longest first", () => {
  assert.deepEqual(queryWords(" The  INVOICE the "), ["invoice", "the"]);
  assert.deepEqual(queryWords("  \n"), []);
  assert.equal(queryWords("a b c d e f g h i j k").length, 8);
});
