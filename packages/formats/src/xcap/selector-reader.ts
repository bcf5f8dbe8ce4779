/** Reads the tokens of selectors, front to back. RFC 4825 §6.3, RFC 5261 §4.1 */
import { FormatError, XML_NCNAME } from "@parlance/wire";

export interface WrittenName {
  readonly prefix: string;
  readonly local: string;
  readonly at: number;
}

const NAME = new RegExp(XML_NCNAME, "uy");
const DIGITS = /\d+/y;
const REFERENCE = /&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));/y;
const NAMED = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);
const MOST_DIGITS = 9;

export class SelectorReader {
  readonly #format: string;
  readonly #text: string;
  #at = 0;

  constructor(format: string, text: string) {
    this.#format = format;
    this.#text = text;
  }

  get at(): number {
    return this.#at;
  }

  get atEnd(): boolean {
    return this.#at === this.#text.length;
  }

  /** Whether `token` comes next; then it is behind us. */
  take(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  expect(token: string): void {
    if (!this.take(token)) this.fail(`expected ${token}`);
  }

  end(): void {
    if (!this.atEnd) this.fail("expected the end");
  }

  since(start: number): string {
    return this.#text.slice(start, this.#at);
  }

  /** A name with or without prefix. */
  name(): WrittenName {
    const at = this.#at;
    const first = this.#match(NAME)?.[0] ?? this.fail("expected a name");
    if (!this.take(":")) return { prefix: "", local: first, at };
    const local = this.#match(NAME)?.[0] ?? this.fail("expected a name");
    return { prefix: first, local, at };
  }

  /** A position, counted from one; `undefined` when no number comes next. */
  number(): number | undefined {
    const digits = this.#match(DIGITS)?.[0];
    if (digits === undefined) return undefined;
    const number = digits.length > MOST_DIGITS ? 0 : Number(digits);
    return number > 0 ? number : this.fail("no such position");
  }

  /** A value between quotes of either kind, its references resolved. XML 1.0 §2.3, AttValue */
  attributeValue(): string {
    const quote = this.take('"') ? '"' : "'";
    if (quote === "'") this.expect("'");
    let value = "";
    while (!this.take(quote)) {
      const character = this.#text.charAt(this.#at);
      if (character === "" || character === "<") this.fail("value has no end");
      if (character === "&") value += this.#reference();
      else {
        value += character;
        this.#at += 1;
      }
    }
    return value;
  }

  /** A literal of XPath: what is between the quotes means itself. XPath 1.0 §3.7 */
  literal(): string {
    const quote = this.take('"') ? '"' : "'";
    if (quote === "'") this.expect("'");
    const end = this.#text.indexOf(quote, this.#at);
    if (end === -1) this.fail("value has no end");
    const value = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    return value;
  }

  fail(reason: string): never {
    throw new FormatError(this.#format, this.#at, reason);
  }

  #reference(): string {
    const [, named, decimal, hexadecimal] = this.#match(REFERENCE) ?? this.fail("no reference");
    if (named !== undefined) return NAMED.get(named) ?? "";
    const code = decimal === undefined ? Number.parseInt(hexadecimal ?? "", 16) : Number(decimal);
    const text = code <= 0x10_ffff ? String.fromCodePoint(code) : "";
    return IN_XML.test(text) ? text : this.fail("no character of XML");
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at; // sticky: it matches here or not at all
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at += match[0].length;
    return match;
  }
}

const IN_XML = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]$/u;
