/** A message in pieces that have a colour each: start line, names of header fields, addresses, XML, descriptions. */

export type Tone = "start" | "name" | "value" | "address" | "number" | "tag" | "hidden" | "plain";

export interface Piece {
  readonly tone: Tone;
  readonly text: string;
}

const HEADER = /^([A-Za-z][A-Za-z0-9.-]{0,60})([ \t]*:[ \t]?)(.*)$/;
const DESCRIPTION = /^([a-z])=(.*)$/;
const VALUE =
  /(<?(?:sips?|msrps?|tel|im|https?):[^\s<>";,]+>?)|(<\/?[\w:.-]+|\/?>|<\?[^>]{0,200}\?>)|("[^"\r\n]{0,400}")|(\b\d+\b)|(x{3,})/g;

/** Line by line; what cannot be told is plain. */
export function piecesOf(text: string): readonly (readonly Piece[])[] {
  return text.split(/\r?\n/).map((line, at) => piecesOfLine(line, at === 0));
}

function piecesOfLine(line: string, first: boolean): readonly Piece[] {
  if (first || /^-{7}\S+[$+#]$/.test(line)) return [{ tone: "start", text: line }];
  const [, letter, described = ""] = DESCRIPTION.exec(line) ?? [];
  if (letter !== undefined) return [{ tone: "name", text: `${letter}=` }, ...values(described)];
  const [, name, colon = "", value = ""] = HEADER.exec(line) ?? [];
  if (name === undefined) return values(line);
  return [{ tone: "name", text: name }, { tone: "plain", text: colon }, ...values(value)];
}

function values(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(VALUE)) {
    if (match.index > end) pieces.push({ tone: "plain", text: text.slice(end, match.index) });
    pieces.push({ tone: toneOf(match), text: match[0] });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push({ tone: "plain", text: text.slice(end) });
  return pieces;
}

function toneOf([, address, tag, quoted, number]: RegExpMatchArray): Tone {
  if (address !== undefined) return "address";
  if (tag !== undefined) return "tag";
  if (quoted !== undefined) return "value";
  return number === undefined ? "hidden" : "number";
}
