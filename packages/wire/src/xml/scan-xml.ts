/** XML cut into tags, text and comments, every rule of well-formedness that needs no more than that kept. XML 1.0 (fifth edition) */
import { XML_NAME } from "./names.ts";
import { expandReferences } from "./references.ts";

export type XmlToken =
  | {
      readonly kind: "start";
      readonly name: string;
      /** As written, their references expanded. */
      readonly attributes: readonly (readonly [name: string, value: string])[];
      /** `<a/>` */
      readonly empty: boolean;
      /** Where its `<` is. */
      readonly start: number;
    }
  | { readonly kind: "end"; readonly name: string; readonly start: number }
  /** Of one run, or of a CDATA section; `white`: nothing but white space was written. */
  | { readonly kind: "text"; readonly text: string; readonly white: boolean }
  | { readonly kind: "comment"; readonly text: string };

/** How many attributes a tag may have, before anything is done with them. */
export interface ScanLimits {
  readonly attributesAnElement: number;
}

const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u; // §2.2
const NAME = new RegExp(XML_NAME, "uy");
const DECLARATION =
  /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.\d+"|'1\.\d+')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"([A-Za-z][\w.-]*)"|'([A-Za-z][\w.-]*)'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>/; // §2.8

const FEW = 8;
const [EXCLAMATION, SLASH, GREATER, QUESTION, EQUALS] = [33, 47, 62, 63, 61];

export class XmlScanner {
  readonly #text: string;
  readonly #limits: ScanLimits;
  readonly #fail: (reason: string) => never;
  #at = 0;

  /** `fail` throws: what is wrong, behind `position`. */
  constructor(text: string, limits: ScanLimits, fail: (reason: string) => never) {
    this.#text = text;
    this.#limits = limits;
    this.#fail = fail;
  }

  /** Behind what was read last. */
  get position(): number {
    return this.#at;
  }

  /** Called first. The encoding that the document says it has. */
  declaration(): string | undefined {
    const text = this.#text;
    const forbidden = text.search(FORBIDDEN);
    if (forbidden !== -1) this.#failAt(forbidden, "disallowed character.");
    if (!/^<\?xml[ \t\r\n]/.test(text)) return undefined;
    const [whole = "", double, single] = DECLARATION.exec(text) ?? [];
    if (whole === "") this.#fail("malformed XML declaration.");
    this.#at = whole.length;
    return double ?? single;
  }

  /** Undefined at the end. Instructions are passed over. */
  next(): XmlToken | undefined {
    const text = this.#text;
    for (;;) {
      const start = this.#at;
      if (start >= text.length) return undefined;
      const tag = text.indexOf("<", start);
      if (tag !== start) return this.#textUntil(tag === -1 ? text.length : tag);
      switch (text.charCodeAt(start + 1)) {
        case SLASH:
          return this.#endTag(start);
        case QUESTION:
          this.#instruction(start);
          continue;
        case EXCLAMATION:
          return this.#declared(start);
        default:
          return this.#startTag(start);
      }
    }
  }

  #textUntil(end: number): XmlToken {
    const raw = this.#text.slice(this.#at, end);
    const bad = raw.indexOf("]]>");
    if (bad !== -1) this.#failAt(this.#at + bad, 'the string "]]>" is disallowed in char data.'); // §2.4
    const text = expandReferences(withPlainLines(raw), this.#fail);
    this.#at = end;
    return { kind: "text", text, white: /^[ \t\r\n]*$/.test(raw) };
  }

  #startTag(start: number): XmlToken {
    this.#at = start + 1;
    const name = this.#name();
    const attributes: (readonly [string, string])[] = [];
    let names: Set<string> | undefined; // of the few that most have, looking is faster
    for (;;) {
      const spaced = this.#skipSpace();
      const next = this.#text.charCodeAt(this.#at);
      const empty = next === SLASH;
      if (empty) this.#at += 1;
      if (empty || next === GREATER) {
        this.#expect(GREATER, ">");
        return { kind: "start", name, attributes, empty, start };
      }
      if (!spaced) this.#fail("no whitespace between attributes."); // §3.1
      const attribute = this.#name();
      if (attributes.length === FEW) names = new Set(attributes.map(([each]) => each));
      const twice = names?.has(attribute) ?? attributes.some(([each]) => each === attribute);
      if (twice) this.#fail(`duplicate attribute: ${attribute}.`);
      names?.add(attribute);
      if (attributes.length >= this.#limits.attributesAnElement) this.#fail("too many attributes");
      this.#skipSpace();
      this.#expect(EQUALS, "=");
      this.#skipSpace();
      attributes.push([attribute, this.#attributeValue()]);
    }
  }

  /** §2.3, §3.3.3 */
  #attributeValue(): string {
    const text = this.#text;
    const quote = text.charAt(this.#at);
    if (quote !== '"' && quote !== "'") this.#fail("unquoted attribute value.");
    const end = text.indexOf(quote, this.#at + 1);
    if (end === -1) this.#fail("unterminated attribute value.");
    const raw = text.slice(this.#at + 1, end);
    const bad = raw.indexOf("<");
    if (bad !== -1) this.#failAt(this.#at + bad + 1, "< is not allowed in attribute values.");
    this.#at = end + 1;
    return expandReferences(raw.replaceAll(/\r\n|[\t\r\n]/g, " "), this.#fail);
  }

  #endTag(start: number): XmlToken {
    this.#at = start + 2;
    const name = this.#name();
    this.#skipSpace();
    this.#expect(GREATER, ">");
    return { kind: "end", name, start };
  }

  /** §2.6; what is called xml is the declaration, which stands at the very beginning. */
  #instruction(start: number): void {
    this.#at = start + 2;
    const target = this.#name();
    if (target.includes(":")) this.#fail("colon in an instruction."); // Namespaces in XML 1.0 §7
    if (target.toLowerCase() === "xml") this.#fail("an XML declaration must be at the start.");
    const spaced = this.#skipSpace();
    const end = this.#text.indexOf("?>", this.#at);
    if (end === -1) this.#fail("unterminated instruction.");
    if (!spaced && end !== this.#at) this.#fail("disallowed character in an instruction's name.");
    this.#at = end + 2;
  }

  #declared(start: number): XmlToken {
    const text = this.#text;
    if (text.startsWith("<!--", start)) return this.#comment(start + 4);
    if (text.startsWith("<![CDATA[", start)) return this.#cdata(start + 9);
    this.#at = start + 2;
    // No DOCTYPE at all: with it go entities, external subsets and everything they can be used for.
    return this.#fail(
      text.startsWith("DOCTYPE", start + 2) ? "DOCTYPE is not allowed" : "malformed declaration.",
    );
  }

  /** §2.5 */
  #comment(from: number): XmlToken {
    const end = this.#text.indexOf("--", from);
    if (end === -1) this.#fail("unterminated comment.");
    this.#at = end + 2;
    this.#expect(GREATER, ">");
    return { kind: "comment", text: withPlainLines(this.#text.slice(from, end)) };
  }

  /** §2.7 */
  #cdata(from: number): XmlToken {
    const end = this.#text.indexOf("]]>", from);
    if (end === -1) this.#fail("unterminated CDATA section.");
    this.#at = end + 3;
    return { kind: "text", text: withPlainLines(this.#text.slice(from, end)), white: false };
  }

  #name(): string {
    NAME.lastIndex = this.#at;
    const [name = ""] = asciiName(this.#text, this.#at) ?? NAME.exec(this.#text) ?? [];
    if (name === "") this.#fail("disallowed character in a name.");
    this.#at += name.length;
    return name;
  }

  /** Whether there was any. */
  #skipSpace(): boolean {
    const start = this.#at;
    while (isSpace(this.#text.charCodeAt(this.#at))) this.#at += 1;
    return this.#at > start;
  }

  #expect(code: number, character: string): void {
    if (this.#text.charCodeAt(this.#at) !== code) this.#fail(`expected ${character}`);
    this.#at += 1;
  }

  #failAt(place: number, reason: string): never {
    this.#at = place;
    return this.#fail(reason);
  }
}

/** §2.11 */
function withPlainLines(text: string): string {
  return text.includes("\r") ? text.replaceAll(/\r\n?/g, "\n") : text;
}

function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 9 || code === 13;
}

/** What most names are; undefined for what it cannot be sure of. */
function asciiName(text: string, start: number): readonly [string] | undefined {
  if (!isNameStart(text.charCodeAt(start))) return undefined;
  let end = start + 1;
  let code = text.charCodeAt(end);
  while (isNameStart(code) || (code >= 48 && code <= 57) || code === 45 || code === 46) {
    end += 1;
    code = text.charCodeAt(end);
  }
  return code < 0x80 ? [text.slice(start, end)] : undefined;
}

/** A letter, an underscore or a colon. */
function isNameStart(code: number): boolean {
  const small = code | 32;
  return (small >= 97 && small <= 122) || code === 95 || code === 58;
}
