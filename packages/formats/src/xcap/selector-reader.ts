/** Reads the tokens of a node selector, front to back. RFC 4825 §6.3 */
import { FormatError } from "@parlance/wire";

export interface WrittenName {
  readonly prefix: string;
  readonly local: string;
  readonly at: number;
}

// Namespaces in XML 1.0 §3, XML 1.0 §2.3: names without colon.
const START =
  "A-Z_a-z\\u{C0}-\\u{D6}\\u{D8}-\\u{F6}\\u{F8}-\\u{2FF}\\u{370}-\\u{37D}\\u{37F}-\\u{1FFF}\\u{200C}\\u{200D}\\u{2070}-\\u{218F}\\u{2C00}-\\u{2FEF}\\u{3001}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFFD}\\u{10000}-\\u{EFFFF}";
const NAME = new RegExp(
  `[${START}][${START}\\-.0-9\\u{B7}\\u{300}-\\u{36F}\\u{203F}\\u{2040}]*`,
  "uy",
);
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
