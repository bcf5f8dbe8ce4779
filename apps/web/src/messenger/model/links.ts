/** Links in what people write: only to the web and to addresses of this service, and never to another place than it looks. */

export type Segment =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "link";
      readonly text: string;
      readonly href: string;
      /** Where it leads, where what is written does not show that. */
      readonly realHost: string | undefined;
    }
  /** An address: opened in the messenger. */
  | { readonly kind: "address"; readonly text: string; readonly address: string };

/** What comes before it must be no part of a word or of another scheme. */
const START = /(?<![\p{L}\p{N}:/.@_+-])(?:https?:\/\/|sip:)/giu;
// oxlint-disable-next-line no-control-regex -- they end a link
const ENDS = /[\s<>"\u0000-\u0020\u007f-\u00a0\u2028\u2029]/u;
/** Marks that end a sentence, not a link. */
const TRAILING = new Set(".,;:!?'\"*_~…»”’".split(""));
const ADDRESS = /^sip:[a-z0-9_.!~*'()&=+$,;?/%-]{1,64}@[a-z0-9.-]{1,253}$/i;
const LONGEST = 2_048;
const MOST_LINKS = 200;

export function segmentsOf(text: string): readonly Segment[] {
  const segments: Segment[] = [];
  let done = 0;
  let links = 0;
  for (const { index, 0: scheme } of text.matchAll(START)) {
    if (index < done || links >= MOST_LINKS) continue;
    const written = endingAt(text, index);
    const link = scheme.toLowerCase() === "sip:" ? addressIn(written) : linkIn(written);
    if (link === undefined) continue;
    if (index > done) segments.push({ kind: "text", text: text.slice(done, index) });
    segments.push(link);
    links += 1;
    done = index + link.text.length;
  }
  if (done < text.length) segments.push({ kind: "text", text: text.slice(done) });
  return segments;
}

/** Up to what can be in no link; without what belongs to the sentence around it. */
function endingAt(text: string, start: number): string {
  let end = start;
  const last = Math.min(text.length, start + LONGEST);
  while (end < last && !ENDS.test(text.charAt(end))) end += 1;
  const open = { ")": 0, "]": 0 };
  for (let at = start; at < end; at += 1) {
    const mark = text.charAt(at);
    if (mark === "(") open[")"] += 1;
    else if (mark === ")") open[")"] -= 1;
    else if (mark === "[") open["]"] += 1;
    else if (mark === "]") open["]"] -= 1;
  }
  for (; end > start; end -= 1) {
    const mark = text.charAt(end - 1);
    if (TRAILING.has(mark)) continue;
    if ((mark === ")" || mark === "]") && open[mark] < 0) {
      open[mark] += 1;
      continue;
    }
    break;
  }
  return text.slice(start, end);
}

function linkIn(written: string): Segment | undefined {
  const url = URL.parse(written);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) return undefined;
  // What stands before an @ looks like the place, and is not.
  if (url.username !== "" || url.password !== "" || url.hostname === "") return undefined;
  const shows = written.toLowerCase().startsWith(`${url.protocol}//${url.host}`);
  return {
    kind: "link",
    text: written,
    href: url.href,
    realHost: shows ? undefined : url.host,
  };
}

function addressIn(written: string): Segment | undefined {
  return ADDRESS.test(written) ? { kind: "address", text: written, address: written } : undefined;
}
