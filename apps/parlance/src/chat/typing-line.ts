/** The line where the user types: keys become strokes, the cursor is drawn. */
import { Box, type Key, Text, useApp, useInput, usePaste } from "ink";
import { createElement as h, type ReactNode, useRef, useState } from "react";
import { ink } from "./ink-colors.ts";
import { NOTHING_TYPED, type Stroke, sent, type Typing, textOf, type } from "./typing.ts";

export interface TypingLineProps {
  readonly prompt: string;
  /** It grows to so many; what is above the cursor scrolls out then. */
  readonly rows: number;
  readonly keystroke: () => void;
  /** Ctrl-C. False when there is nothing to interrupt: then it leaves. */
  readonly interrupted: () => boolean;
  /** False when the user wants to leave. */
  readonly entered: (line: string) => Promise<boolean>;
  readonly scroll: (pages: number) => void;
}

export function TypingLine(props: TypingLineProps): ReactNode {
  const { prompt, rows, keystroke, interrupted, entered, scroll } = props;
  // Several keys may come before the next picture: the newest value is here.
  const newest = useRef<Typing>(NOTHING_TYPED);
  const [typing, show] = useState(NOTHING_TYPED);
  const { exit } = useApp();
  const change = (next: Typing): void => {
    newest.current = next;
    show(next);
  };
  const stroke = (one: Stroke): void => {
    const before = textOf(newest.current);
    change(type(newest.current, one));
    const text = textOf(newest.current);
    if (text !== before && text !== "" && !text.startsWith("/")) keystroke();
  };
  const enter = (): void => {
    const line = textOf(newest.current);
    change(sent(newest.current));
    entered(line).then(
      (stays) => (stays ? undefined : exit()),
      (error: unknown) => exit(error),
    );
  };
  usePaste((text) => stroke({ do: "insert", text }));
  useInput((input, key) => {
    if (key.ctrl && input === "c") return interrupted() ? undefined : exit();
    if (key.ctrl && input === "d" && textOf(newest.current) === "") return exit();
    if (key.pageUp || key.pageDown) return scroll(key.pageUp ? 1 : -1);
    if (key.return && !key.meta) return enter();
    const one = strokeOf(input, key);
    if (one !== undefined) return stroke(one);
    if (input === "" || key.ctrl || key.meta) return;
    // Keys that come fast come together. What is pasted comes another way, so this is a person's Enter.
    for (const [index, text] of input.split("\r").entries()) {
      if (index > 0) enter();
      if (text !== "") stroke({ do: "insert", text });
    }
  });
  return h(Line, { typing, prompt, rows });
}

function Line(props: {
  readonly typing: Typing;
  readonly prompt: string;
  readonly rows: number;
}): ReactNode {
  const { before, after } = props.typing;
  const [under = " ", ...rest] = splitFirst(after);
  return h(
    Box,
    {
      flexShrink: 0,
      maxHeight: props.rows,
      overflow: "hidden",
      flexDirection: "column",
      justifyContent: "flex-end",
    },
    h(
      Box,
      { flexShrink: 0 },
      h(
        Text,
        null,
        h(Text, { bold: true, ...ink("cyan") }, `${props.prompt} › `),
        before,
        h(Text, { inverse: true }, under === "\n" ? " " : under),
        under === "\n" ? "\n" : "",
        rest.join(""),
      ),
    ),
  );
}

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The character under the cursor, and what follows. */
function splitFirst(text: string): readonly string[] {
  const first = GRAPHEMES.segment(text).containing(0)?.segment;
  return first === undefined ? [] : [first, text.slice(first.length)];
}

function strokeOf(input: string, key: Key): Stroke | undefined {
  if (key.leftArrow) return { do: key.ctrl || key.meta ? "word left" : "left" };
  if (key.rightArrow) return { do: key.ctrl || key.meta ? "word right" : "right" };
  if (key.upArrow) return { do: "older" };
  if (key.downArrow) return { do: "newer" };
  if (key.home) return { do: "home" };
  if (key.end) return { do: "end" };
  if (key.backspace) return { do: key.meta ? "delete word" : "backspace" };
  if (key.delete) return { do: "delete" };
  if (key.return && key.meta) return { do: "insert", text: "\n" };
  const action = key.ctrl ? CTRL.get(input) : key.meta ? META.get(input) : undefined;
  return action && { do: action };
}

type Named = Exclude<Stroke["do"], "insert">;

/** As shells and editors have them. */
const CTRL: ReadonlyMap<string, Named> = new Map([
  ["a", "home"],
  ["e", "end"],
  ["b", "left"],
  ["f", "right"],
  ["d", "delete"],
  ["h", "backspace"],
  ["w", "delete word"],
  ["u", "delete to start"],
  ["k", "delete to end"],
  ["p", "older"],
  ["n", "newer"],
]);
const META: ReadonlyMap<string, Named> = new Map([
  ["b", "word left"],
  ["f", "word right"],
]);
