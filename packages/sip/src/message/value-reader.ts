/** A cursor over one header value: white space, tokens, quoted strings, comments. RFC 3261 §25.1 */
import { FormatError } from "@parlance/wire";
import { codeAt, digits, isIn, PARAM_VALUE, SPACE, skip, TOKEN } from "./characters.ts";
import { type Param, Params } from "./params.ts";

const BACKSLASH = 92;
const BLANK = 32;
const COMMA = 44;
const EQUALS = 61;
const QUOTE = 34;
const SEMICOLON = 59;
/** Comments nest; more than this is not meant for a reader. */
const MAX_COMMENT_DEPTH = 8;

export class ValueReader {
  readonly format: string;
  readonly text: string;
  at = 0;

  constructor(format: string, text: string) {
    this.format = format;
    this.text = text;
  }

  fail(reason: string, offset: number = this.at): never {
    throw new FormatError(this.format, offset, reason);
  }

  /** The code of the next character; zero at the end. */
  peek(): number {
    return codeAt(this.text, this.at);
  }

  skipSpace(): void {
    if (isIn(SPACE, codeAt(this.text, this.at))) this.at = skip(SPACE, this.text, this.at);
  }

  /** Whether nothing but white space is left. */
  atEnd(): boolean {
    this.skipSpace();
    return this.at >= this.text.length;
  }

  expectEnd(): void {
    if (!this.atEnd()) this.fail("unexpected text after the value");
  }

  /** Takes the character, with white space around it, when it is next. */
  take(code: number): boolean {
    let next = codeAt(this.text, this.at);
    if (isIn(SPACE, next)) {
      this.skipSpace();
      next = codeAt(this.text, this.at);
    }
    if (next !== code) return false;
    this.at += 1;
    this.skipSpace();
    return true;
  }

  expect(character: string): void {
    if (!this.take(character.charCodeAt(0))) this.fail(`expected "${character}"`);
  }

  takeComma(): boolean {
    return this.take(COMMA);
  }

  token(): string {
    const start = this.at;
    const end = skip(TOKEN, this.text, start);
    if (end === start) this.fail("expected a token");
    this.at = end;
    return this.text.slice(start, end);
  }

  /** One to ten digits, at most `max`. */
  number(max: number): number {
    const start = this.at;
    const value = digits(this.token(), max);
    return value ?? this.fail(`expected a number up to ${max}`, start);
  }

  /** All up to white space, a control, or one of up to four `stops`; not empty. */
  until(stops: string): string {
    const { text, at: start } = this;
    const first = codeAt(stops, 0);
    const second = codeAt(stops, 1);
    const third = codeAt(stops, 2);
    const fourth = codeAt(stops, 3);
    let at = start;
    for (; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code <= BLANK || code === first || code === second) break;
      if (code === third || code === fourth) break;
    }
    if (at === start) this.fail("value is missing");
    this.at = at;
    return text.slice(start, at);
  }

  /** The cursor stands on the opening quote; gives what is meant, escapes undone. */
  quoted(): string {
    const start = this.at;
    let out = "";
    let run = start + 1;
    for (let at = run; at < this.text.length; at += 1) {
      const code = this.text.charCodeAt(at);
      if (code === BACKSLASH) {
        out += this.text.slice(run, at);
        run = at + 1;
        at += 1;
      } else if (code === QUOTE) {
        this.at = at + 1;
        return out + this.text.slice(run, at);
      }
    }
    return this.fail("quoted string has no end", start);
  }

  /** A comment with its parentheses left off, nested ones kept. */
  comment(): string {
    const start = this.at;
    let depth = 0;
    for (let at = start; at < this.text.length; at += 1) {
      const character = this.text.charAt(at);
      if (character === "\\") at += 1;
      else if (character === "(") depth += 1;
      else if (character === ")") depth -= 1;
      if (depth > MAX_COMMENT_DEPTH) break;
      if (depth > 0) continue;
      this.at = at + 1;
      return this.text.slice(start + 1, at).replaceAll(/\\(.)/g, "$1");
    }
    return this.fail("comment has no end", start);
  }

  /** Parameters after semicolons, none or more. RFC 3261 §25.1 generic-param */
  params(): Params {
    if (!this.take(SEMICOLON)) return Params.none;
    // Begun with one, for many have no more: an empty array grows to room for seventeen, and is kept for long.
    const entries = [this.#nextParam()];
    while (this.take(SEMICOLON)) entries.push(this.#nextParam());
    return Params.read(this.format, entries);
  }

  /** RFC 5626 §3.2 prints a doubled semicolon; none may be left over at the end. */
  #nextParam(): Param {
    while (this.take(SEMICOLON));
    return this.param();
  }

  /** One parameter: a name, or a name and a value that is a token, a host or a quoted string. */
  param(): Param {
    const spelling = this.token();
    const name = spelling.toLowerCase();
    if (!this.take(EQUALS)) return { name, value: "", spelling, raw: undefined, form: "header" };
    const start = this.at;
    if (this.peek() === QUOTE) {
      const value = this.quoted();
      return { name, value, spelling, raw: this.text.slice(start, this.at), form: "header" };
    }
    this.at = skip(PARAM_VALUE, this.text, start);
    if (this.at === start) this.fail("parameter value is missing");
    const value = this.text.slice(start, this.at);
    return { name, value, spelling, raw: value, form: "header" };
  }
}
