import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { NOTHING_TYPED, type Stroke, sent, type Typing, textOf, type } from "./typing.ts";

type Shorthand = Stroke["do"] | { readonly text: string };

function typed(...strokes: readonly Shorthand[]): Typing {
  return strokes.reduce<Typing>(
    (typing, stroke) =>
      type(typing, typeof stroke === "string" ? ({ do: stroke } as Stroke) : insertion(stroke)),
    NOTHING_TYPED,
  );
}

function insertion({ text }: { readonly text: string }): Stroke {
  return { do: "insert", text };
}

const FAMILY = "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}";
const FLAG = "\u{1f1e9}\u{1f1ea}";
const ACCENT = "e\u0301";

test("backspace removes what the user sees as one character", () => {
  for (const one of ["a", "\u{1f600}", FAMILY, FLAG, ACCENT, "\u{1f44d}\u{1f3fd}", "漢"]) {
    assert.equal(textOf(typed({ text: `x${one}` }, "backspace")), "x", one);
    assert.equal(textOf(typed({ text: `${one}x` }, "home", "delete")), "x", one);
  }
});

test("the cursor goes by what the user sees as one character", () => {
  const { before, after } = typed({ text: `a${FAMILY}b` }, "left", "left");
  assert.deepEqual([before, after], ["a", `${FAMILY}b`]);
  const right = typed({ text: `a${FAMILY}b` }, "home", "right", "right");
  assert.deepEqual([right.before, right.after], [`a${FAMILY}`, "b"]);
});

test("text goes in where the cursor is", () => {
  assert.equal(textOf(typed({ text: "hllo" }, "home", "right", { text: "e" })), "hello");
  assert.equal(textOf(typed({ text: "b" }, "home", { text: "a" }, "end", { text: "c" })), "abc");
});

test("at the ends nothing happens", () => {
  for (const stroke of ["left", "right", "backspace", "delete", "older", "newer"] as const) {
    assert.deepEqual(typed(stroke), NOTHING_TYPED);
  }
});

test("words and halves of the line are removed in one stroke", () => {
  assert.equal(textOf(typed({ text: "one two  " }, "delete word")), "one ");
  assert.equal(textOf(typed({ text: "one two" }, "word left", "delete to end")), "one ");
  assert.equal(textOf(typed({ text: "one two" }, "home", "word right", "delete to start")), " two");
});

test("a paste keeps its line ends as one kind, and brings no controls along", () => {
  const { before } = typed({ text: "one\r\ntwo\rthree\u001b[31m\tfour\u0007" });
  assert.equal(before, "one\ntwo\nthree[31m    four");
});

test("a paste without end is cut", () => {
  assert.equal(textOf(typed({ text: "x".repeat(1_000_000) })).length, 20_000);
});

test("the history goes back and forth, and the line that was begun is still there", () => {
  let typing = sent(type(NOTHING_TYPED, { do: "insert", text: "one" }));
  typing = sent(type(typing, { do: "insert", text: "two" }));
  typing = type(typing, { do: "insert", text: "begun" });
  const shown = (["older", "older", "older", "newer", "newer", "newer"] as const).map((stroke) => {
    typing = type(typing, { do: stroke });
    return textOf(typing);
  });
  assert.deepEqual(shown, ["two", "one", "one", "two", "begun", "begun"]);
});

test("the same line twice, and an empty one, are in the history once and never", () => {
  const once = sent(type(NOTHING_TYPED, { do: "insert", text: "one" }));
  const twice = sent(type(once, { do: "insert", text: "one" }));
  assert.deepEqual(sent(twice).history, ["one"]);
});

test("no strokes make a cursor that splits a character, or lose text that was not deleted", () => {
  const strokes = fc.array(
    fc.oneof<fc.Arbitrary<Shorthand>[]>(
      fc.string({ unit: "grapheme", maxLength: 4 }).map((text) => ({ text })),
      fc.constantFrom("left", "right", "home", "end", "word left", "word right"),
    ),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(strokes, (all) => {
      const { before, after } = typed(...all);
      assert.ok((before + after).isWellFormed());
      assert.ok(before.isWellFormed());
    }),
    { seed: 20_261_121, numRuns: 300 },
  );
});
