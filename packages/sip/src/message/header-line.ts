/** One header line over the text it came in: its name is known at once, its value when asked for. */
import { breaksLine, isIn, SPACE } from "./characters.ts";
import { canonicalName, headerKey } from "./header-names.ts";
import type { HeaderType } from "./header-type.ts";

/** What requests and responses have in common. */
export interface MessageParts {
  /** In order, as received or made. */
  readonly lines: readonly HeaderLine[];
  readonly body: Uint8Array;
  /** Whether the head is no UTF-8 and its text therefore one character an octet. */
  readonly octets: boolean;
}

/** Shared by all messages that carry the line, so a value is parsed once on its way through. */
export class HeaderLine {
  /** Lower case, long form. */
  readonly key: string;
  /** The text that holds the line; lines of one head share it. */
  readonly source: string;
  readonly start: number;
  /** Where the name and the white space after it end. */
  readonly colon: number;
  /** After the line end. */
  readonly end: number;
  #keptFor: unknown = undefined;
  #kept: unknown = undefined;

  constructor(key: string, source: string, start: number, colon: number, end: number) {
    this.key = key;
    this.source = source;
    this.start = start;
    this.colon = colon;
    this.end = end;
  }

  /** As spelled in the message. */
  get name(): string {
    return this.source.slice(this.start, this.colon).trimEnd();
  }

  /** Without white space around it, folds undone. */
  get text(): string {
    const { source } = this;
    let from = this.colon + 1;
    let to = this.end - 2;
    while (from < to && isIn(SPACE, source.charCodeAt(from))) from += 1;
    while (to > from && isIn(SPACE, source.charCodeAt(to - 1))) to -= 1;
    const text = source.slice(from, to);
    return text.includes("\r\n") ? unfold(text) : text;
  }

  /** Throws `FormatError` each time when the value is malformed. */
  value<T>(type: Pick<HeaderType<T>, "read">): T {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it was read by this very type
    if (this.#keptFor === type) return this.#kept as T;
    const value = type.read(this.text);
    this.keep(type, value);
    return value;
  }

  /** What its text means to this type is known. */
  keep<T>(type: Pick<HeaderType<T>, "read">, value: T): void {
    this.#keptFor = type;
    this.#kept = value;
  }
}

/** A header by its type or by any spelling of its name. */
export type HeaderRef = Pick<HeaderType<never>, "key"> | string;

export function refKey(header: HeaderRef): string {
  return typeof header === "string" ? headerKey(header) : header.key;
}

/** The value over all lines of the header; `undefined` when there is none. Throws `FormatError`. */
export function valueIn<T>(lines: readonly HeaderLine[], type: HeaderType<T>): T | undefined {
  const { key } = type;
  let first: HeaderLine | undefined;
  let values: T[] | undefined;
  for (const line of lines) {
    if (line.key !== key) continue;
    if (first === undefined) first = line;
    else if (values === undefined) values = [first.value(type), line.value(type)];
    else values.push(line.value(type));
  }
  return values === undefined ? first?.value(type) : type.merge(values);
}

export function firstLine(lines: readonly HeaderLine[], key: string): HeaderLine | undefined {
  for (const line of lines) if (line.key === key) return line;
  return undefined;
}

/** A line of our own. A line break in the value would let its author add headers: it is refused. */
export function makeLine(name: string, value: string): HeaderLine {
  return lineOf({ name: canonicalName(name), key: headerKey(name) }, value);
}

/** As `makeLine`, where the name is known in both its forms. */
export function lineOf(
  { name, key }: { readonly name: string; readonly key: string },
  value: string,
): HeaderLine {
  if (breaksLine(value)) throw new RangeError(`line break or NUL in ${name}`);
  const source = `${name}: ${value}\r\n`;
  return new HeaderLine(key, source, 0, name.length, source.length);
}

/** Each line break with the white space around it is one space. RFC 3261 §7.3.1 */
function unfold(text: string): string {
  return text
    .split("\r\n")
    .map((part) => part.trim())
    .join(" ")
    .trim();
}
