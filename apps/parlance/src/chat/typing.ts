/** The line that is being typed: text, cursor and what was typed before. Pure; counts in graphemes, as people do. */

export interface Typing {
  readonly before: string;
  /** From the cursor on. */
  readonly after: string;
  /** Sent lines, the oldest first. */
  readonly history: readonly string[];
  /** Which line of the history is shown; undefined: none, this is a line of its own. */
  readonly recalled: number | undefined;
  /** What stood there before the history was asked. */
  readonly draft: string;
}

export type Stroke =
  | { readonly do: "insert"; readonly text: string }
  | {
      readonly do:
        | "left"
        | "right"
        | "word left"
        | "word right"
        | "home"
        | "end"
        | "backspace"
        | "delete"
        | "delete word"
        | "delete to start"
        | "delete to end"
        | "older"
        | "newer";
    };

export const NOTHING_TYPED: Typing = {
  before: "",
  after: "",
  history: [],
  recalled: undefined,
  draft: "",
};

const MAX_HISTORY = 100;
/** What fits into a message by far; a larger paste is cut here, not in the terminal. */
const MAX_CHARACTERS = 20_000;

export function textOf({ before, after }: Typing): string {
  return before + after;
}

export function type(typing: Typing, stroke: Stroke): Typing {
  const { before, after } = typing;
  const place = (left: string, right: string): Typing => ({
    ...typing,
    before: left,
    after: right,
  });
  switch (stroke.do) {
    case "insert":
      return insert(typing, stroke.text);
    case "left": {
      const last = lastGrapheme(before);
      return place(before.slice(0, before.length - last.length), last + after);
    }
    case "right": {
      const first = firstGrapheme(after);
      return place(before + first, after.slice(first.length));
    }
    case "word left": {
      const word = lastWord(before);
      return place(before.slice(0, before.length - word.length), word + after);
    }
    case "word right": {
      const word = /^\s*\S*/u.exec(after)?.[0] ?? "";
      return place(before + word, after.slice(word.length));
    }
    case "home":
      return place("", before + after);
    case "end":
      return place(before + after, "");
    case "backspace":
      return place(before.slice(0, before.length - lastGrapheme(before).length), after);
    case "delete":
      return place(before, after.slice(firstGrapheme(after).length));
    case "delete word":
      return place(before.slice(0, before.length - lastWord(before).length), after);
    case "delete to start":
      return place("", after);
    case "delete to end":
      return place(before, "");
    case "older":
      return recall(typing, (typing.recalled ?? typing.history.length) - 1);
    case "newer":
      return recall(typing, (typing.recalled ?? typing.history.length) + 1);
  }
}

/** The line was sent: an empty one, and the history knows it. */
export function sent(typing: Typing): Typing {
  const text = textOf(typing);
  const known = text.trim() === "" || text === typing.history.at(-1);
  const history = known ? typing.history : [...typing.history, text].slice(-MAX_HISTORY);
  return { ...NOTHING_TYPED, history };
}

function insert(typing: Typing, text: string): Typing {
  const { before, after } = typing;
  const clean = text
    .replaceAll(/\r\n?/g, "\n")
    .replaceAll("\t", "    ")
    .replaceAll(/[^\n\P{Cc}]/gu, "");
  const room = Math.max(0, MAX_CHARACTERS - before.length - after.length);
  return { ...typing, before: before + clean.slice(0, room), recalled: undefined };
}

function recall(typing: Typing, index: number): Typing {
  const { history, recalled } = typing;
  if (index < 0 || index > history.length) return typing;
  const draft = recalled === undefined ? textOf(typing) : typing.draft;
  const text = history[index];
  if (text === undefined) {
    return recalled === undefined
      ? typing
      : { ...typing, before: typing.draft, after: "", recalled: undefined };
  }
  return { ...typing, before: text, after: "", recalled: index, draft };
}

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: "grapheme" });

function firstGrapheme(text: string): string {
  return GRAPHEMES.segment(text).containing(0)?.segment ?? "";
}

function lastGrapheme(text: string): string {
  return GRAPHEMES.segment(text).containing(text.length - 1)?.segment ?? "";
}

/** Back to the beginning of a word, over the space behind it. One pass: a pasted line may be long. */
function lastWord(text: string): string {
  let at = text.trimEnd().length;
  while (at > 0 && !/\s/.test(text[at - 1] ?? "")) at -= 1;
  return text.slice(at);
}
