/** Text of others as it may be drawn: what cannot be seen is left out, what runs over its line is cut. */

/** Controls but line breaks and tabs; tags and other fillers that nobody can see. */
const UNSEEN =
  // oxlint-disable-next-line no-control-regex -- leaving them out is the point
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u2060-\u2064\u2028\u2029\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}](?<!\u{1f3f4}[\u{e0000}-\u{e0fff}]{1,8})|\p{Cs}/gu;
/** No script puts more marks on one letter. */
const PILED = /(\p{M}{4})\p{M}+/gu;
/** Joiners make one sign out of a few; a flood of them is none. */
const JOINERS = /[\u200c\u200d]{2,}/gu;
/** They would turn what stands behind the text; each text is isolated, but its own end need not be. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/gu;

/** Of a message: line breaks stay. */
export function cleanText(text: string): string {
  return text
    .replace(UNSEEN, "")
    .replace(PILED, "$1")
    .replace(JOINERS, "\u200d")
    .replace(/\r\n?/g, "\n");
}

/** Of a name or a line that is shown in a list: one line, no turns of direction, `most` characters. */
export function cleanLine(text: string, most = 200): string {
  const line = cleanText(text.slice(0, most * 8))
    .replace(TURNS, "")
    .replace(/\s+/gu, " ")
    .trim();
  const letters = Array.from(line);
  return letters.length <= most ? line : `${letters.slice(0, most - 1).join("")}…`;
}
