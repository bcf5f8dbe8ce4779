/** Where in a text the words of a query are, although it was found by its folded form. */
import { foldText } from "../../store/index.ts";

export interface Match {
  /** In UTF-16 code units, as strings count them. */
  readonly start: number;
  readonly length: number;
}

export interface Excerpt {
  readonly text: string;
  /** Whether something was left out before it, and behind it. */
  readonly cutBefore: boolean;
  readonly cutAfter: boolean;
  /** In `text`, in their order, none in another. */
  readonly matches: readonly Match[];
}

const CLUSTERS = /\P{M}\p{M}*|\p{M}+/gsu;
const MOST_MATCHES = 20;
const MOST_CHARACTERS = 65_536; // as far as texts are folded for the search
const LEAD = 60;
const EXCERPT = 320;

/** `words`: folded. A word that takes its form from what is beside it may stay without a place. */
export function findMatches(text: string, words: readonly string[]): readonly Match[] {
  const { folded, places } = foldedWithPlaces(text.slice(0, MOST_CHARACTERS));
  const found = words.flatMap((word) => [...occurrences(folded, word)]);
  const merged: { start: number; end: number }[] = [];
  for (const { from, to } of found.toSorted((a, b) => a.from - b.from)) {
    const start = places[from]?.start ?? 0;
    const end = places[to - 1]?.end ?? 0;
    const last = merged.at(-1);
    if (last !== undefined && start < last.end) last.end = Math.max(last.end, end);
    else merged.push({ start, end });
  }
  return merged.slice(0, MOST_MATCHES).map(({ start, end }) => ({ start, length: end - start }));
}

/** What is shown of a long text: the part around the first match. */
export function excerptOf(text: string, words: readonly string[]): Excerpt {
  const matches = findMatches(text, words);
  const start = wholeAt(text, Math.max(0, (matches[0]?.start ?? 0) - LEAD));
  const end = wholeAt(text, Math.min(text.length, start + EXCERPT));
  return {
    text: text.slice(start, end),
    cutBefore: start > 0,
    cutAfter: end < text.length,
    matches: matches
      .filter((match) => match.start >= start && match.start + match.length <= end)
      .map((match) => ({ ...match, start: match.start - start })),
  };
}

/** No pair of surrogates is torn. */
function wholeAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff && at > 0 ? at - 1 : at;
}

interface Place {
  readonly start: number;
  readonly end: number;
}

/** Folded piece by piece, each with the marks that belong to it; white space stays, words have none. */
function foldedWithPlaces(text: string): { folded: string; places: readonly Place[] } {
  const places: Place[] = [];
  let folded = "";
  for (const [cluster] of text.matchAll(CLUSTERS)) {
    const start = places.at(-1)?.end ?? 0;
    const piece = foldText(cluster);
    const place = { start, end: start + cluster.length };
    const shown = piece === "" ? " " : piece;
    for (let unit = 0; unit < shown.length; unit += 1) places.push(place);
    folded += shown;
  }
  return { folded, places };
}

function* occurrences(folded: string, word: string) {
  let count = 0;
  for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + word.length)) {
    yield { from: at, to: at + word.length };
    count += 1;
    if (word === "" || count === MOST_MATCHES) return;
  }
}
