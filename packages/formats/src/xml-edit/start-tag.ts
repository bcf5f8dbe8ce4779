/** The attributes of an element where they stand, so that one is changed and the rest stays as it is. */
import { utf8Text, type XmlAttribute, type XmlElement } from "@parlance/wire";

export interface WrittenAttribute {
  /** As written: with its prefix, and declarations of namespaces too. */
  readonly name: string;
  /** The first octet of the name. */
  readonly start: number;
  /** What lies between the quotes. */
  readonly valueStart: number;
  readonly valueEnd: number;
}

const TAB = 9;
const LINE_FEED = 10;
const RETURN = 13;
const SPACE = 32;
const SLASH = 47;
const EQUALS = 61;
const MORE = 62;

/** The element was read from these octets: what is found here is well-formed. */
export function writtenAttributes(
  bytes: Uint8Array,
  element: XmlElement,
): readonly WrittenAttribute[] {
  const found: WrittenAttribute[] = [];
  let at = nameEnd(bytes, element.start + 1);
  for (;;) {
    at = skipSpace(bytes, at);
    const octet = bytes[at];
    if (octet === MORE || octet === SLASH || octet === undefined) return found;
    const start = at;
    at = nameEnd(bytes, start);
    const name = utf8Text(bytes.subarray(start, at));
    const quoteAt = skipSpace(bytes, skipSpace(bytes, at) + 1);
    const valueEnd = bytes.indexOf(bytes[quoteAt] ?? 0, quoteAt + 1);
    found.push({ name, start, valueStart: quoteAt + 1, valueEnd });
    at = valueEnd + 1;
  }
}

export function findWritten(
  bytes: Uint8Array,
  element: XmlElement,
  { prefix, local }: Pick<XmlAttribute, "prefix" | "local">,
): WrittenAttribute | undefined {
  const name = prefix === "" ? local : `${prefix}:${local}`;
  return writtenAttributes(bytes, element).find((one) => one.name === name);
}

/** Where another attribute goes: behind the last one, or behind the name. */
export function attributeEnd(bytes: Uint8Array, element: XmlElement): number {
  const last = writtenAttributes(bytes, element).at(-1);
  return last === undefined ? nameEnd(bytes, element.start + 1) : last.valueEnd + 1;
}

/** The name of an element as written, prefix included. */
export function writtenName({ prefix, local }: XmlElement): string {
  return prefix === "" ? local : `${prefix}:${local}`;
}

/** Written `<a/>`: there is no place inside. */
export function isEmptyTag({ contentStart, end }: XmlElement): boolean {
  return contentStart === end;
}

/** An attribute with the white space before it. */
export function attributeSpan(
  bytes: Uint8Array,
  { start, valueEnd }: WrittenAttribute,
): readonly [start: number, end: number] {
  let from = start;
  while (isSpace(bytes[from - 1])) from -= 1;
  return [from, valueEnd + 1];
}

function nameEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  for (;;) {
    const octet = bytes[at];
    const ends = octet === EQUALS || octet === MORE || octet === SLASH || octet === undefined;
    if (ends || isSpace(octet)) return at;
    at += 1;
  }
}

function skipSpace(bytes: Uint8Array, start: number): number {
  let at = start;
  while (isSpace(bytes[at])) at += 1;
  return at;
}

function isSpace(octet: number | undefined): boolean {
  return octet === SPACE || octet === LINE_FEED || octet === TAB || octet === RETURN;
}
