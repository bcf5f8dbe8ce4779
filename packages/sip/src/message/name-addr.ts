/** Name and address, as From, To, Contact, Route and many others carry them. RFC 3261 §20.10 */
import { isIn, SPACE, TOKEN } from "./characters.ts";
import { type Params, quote } from "./params.ts";
import { formatUri, parseUri, type Uri } from "./uri.ts";
import type { ValueReader } from "./value-reader.ts";

export interface NameAddr {
  /** The display name without quotes; `undefined` when there is none. */
  readonly name: string | undefined;
  readonly uri: Uri;
  /** Of the header, not of the URI: tag, expires, q, feature tags. */
  readonly params: Params;
}

const ANGLE = 60;
const QUOTE = 34;

/** Reads up to the comma or the end that follows the value. */
export function readNameAddr(reader: ValueReader): NameAddr {
  reader.skipSpace();
  let name: string | undefined;
  if (reader.peek() === QUOTE) {
    name = reader.quoted();
    reader.skipSpace();
    if (reader.peek() !== ANGLE) reader.fail('expected "<" after the display name');
  } else if (reader.peek() !== ANGLE) {
    const angle = endOfDisplayName(reader);
    if (angle === undefined) return readBareAddress(reader);
    name = reader.text.slice(reader.at, angle).trimEnd();
    reader.at = angle;
  }
  const start = reader.at + 1;
  const end = reader.text.indexOf(">", start);
  if (end === -1) reader.fail('"<" is not closed');
  const uri = parseUri(withoutFolds(reader.text.slice(start, end)));
  reader.at = end + 1;
  return { name, uri, params: reader.params() };
}

/** With angle brackets always: without them a parameter may be taken for the wrong thing. */
export function formatNameAddr({ name, uri, params }: NameAddr): string {
  const address = `<${formatUri(uri)}>${params.format("header")}`;
  return name === undefined ? address : `${quote(name)} ${address}`;
}

/**
 * An address without brackets: what follows its first semicolon belongs to the header, and a comma
 * or a question mark would need the brackets. RFC 3261 §20
 */
function readBareAddress(reader: ValueReader): NameAddr {
  const uri = parseUri(reader.until(";,?<"));
  return { name: undefined, uri, params: reader.params() };
}

/** Where "<" stands after a name of tokens; `undefined` when what is next is no such name. */
function endOfDisplayName({ text, at }: ValueReader): number | undefined {
  for (let end = at; end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    if (code === ANGLE) return end;
    // Names beyond ASCII ought to be quoted, and often are not.
    if (!isIn(TOKEN | SPACE, code) && code < 128) return undefined;
  }
  return undefined;
}

/** A URI folded before a parameter of its own, as RFC 7118 §8.2 prints it. */
function withoutFolds(uri: string): string {
  if (!uri.includes(" ;")) return uri;
  return uri
    .split(";")
    .map((part) => part.trimEnd())
    .join(";");
}
