/** Headers of digest authentication, whatever protocol carries them. RFC 7616 §3.3 – §3.5 */
import { FormatError, type Parsed, parsed } from "../format-error.ts";

/** Parameters as they were read: names in lower case, values without quotes and escapes. */
export interface DigestFields {
  readonly size: number;
  get(name: string): string | undefined;
}

export interface DigestHeader {
  readonly scheme: string;
  readonly params: DigestFields;
}

/** A parameter as it is to be written. */
export interface DigestPart {
  readonly name: string;
  readonly value: string;
  readonly quoted: boolean;
}

const SPACE = /[ \t]/;
const TOKEN = /[A-Za-z0-9!#$%&'*+\-.^_`|~]/;
const WHOLE_TOKEN = /^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/;
/** What peers write without quotes: tokens, and the likes of URIs and base64. */
const BARE = /[^\s",\\]/;

export function isDigest({ scheme }: DigestHeader): boolean {
  return scheme.toLowerCase() === "digest";
}

/** "Digest name=value, …" for protocols without a grammar of parameters of their own. */
export function parseDigestHeader(text: string): Parsed<DigestHeader> {
  return parsed(() => {
    const reader = new FieldReader(text);
    const scheme = reader.run(TOKEN, "scheme is missing");
    reader.skipSpace();
    return { scheme, params: reader.fields() };
  });
}

/** The same without a scheme, as in Authentication-Info. */
export function parseDigestFields(text: string): Parsed<DigestFields> {
  return parsed(() => new FieldReader(text).fields());
}

export function formatDigestHeader(parts: readonly DigestPart[]): string {
  return `Digest ${formatDigestFields(parts)}`;
}

export function formatDigestFields(parts: readonly DigestPart[]): string {
  return parts.map(formatPart).join(", ");
}

export function quoted(name: string, value: string): DigestPart {
  return { name, value, quoted: true };
}

export function bare(name: string, value: string): DigestPart {
  return { name, value, quoted: false };
}

function formatPart({ name, value, quoted: inQuotes }: DigestPart): string {
  if (/[\r\n\0]/.test(value)) throw new RangeError(`line break in ${name}`);
  if (inQuotes) return `${name}="${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  if (!WHOLE_TOKEN.test(value)) {
    throw new RangeError(`${name} is not a token`);
  }
  return `${name}=${value}`;
}

/** One forward pass. A repeated parameter is malformed: neither the first nor the last one wins. */
class FieldReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  skipSpace(): void {
    while (SPACE.test(this.#text.charAt(this.#at))) this.#at += 1;
  }

  /** Characters of the class; at least one. */
  run(wanted: RegExp, reason: string): string {
    const start = this.#at;
    while (wanted.test(this.#text.charAt(this.#at))) this.#at += 1;
    if (this.#at === start) this.#fail(reason);
    return this.#text.slice(start, this.#at);
  }

  fields(): DigestFields {
    const fields = new Map<string, string>();
    this.skipSpace();
    while (this.#at < this.#text.length) {
      const name = this.run(TOKEN, "name is missing").toLowerCase();
      this.#expect("=");
      if (fields.has(name)) this.#fail(`${name} is repeated`);
      const inQuotes = this.#text.charAt(this.#at) === '"';
      fields.set(name, inQuotes ? this.#quoted() : this.run(BARE, "value is missing"));
      this.skipSpace();
      if (this.#at === this.#text.length) return fields;
      this.#expect(",");
    }
    return fields;
  }

  #expect(character: string): void {
    this.skipSpace();
    if (this.#text.charAt(this.#at) !== character) this.#fail(`expected ${character}`);
    this.#at += 1;
    this.skipSpace();
  }

  /** The cursor stands on the opening quote. */
  #quoted(): string {
    let out = "";
    for (let at = this.#at + 1; at < this.#text.length; at += 1) {
      const character = this.#text.charAt(at);
      if (character === '"') {
        this.#at = at + 1;
        return out;
      }
      if (character === "\\") at += 1;
      out += this.#text.charAt(at);
    }
    return this.#fail("quoted string has no end");
  }

  #fail(reason: string): never {
    throw new FormatError("digest", this.#at, reason);
  }
}
