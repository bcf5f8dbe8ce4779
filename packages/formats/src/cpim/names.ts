/** Header names and the namespaces their prefixes stand for. RFC 3862 §3.1, §3.4 */

import { FormatError } from "@parlance/wire";
import { trimBlanks } from "../characters.ts";

/** The namespace of the headers that RFC 3862 itself defines. RFC 3862 §4 */
export const CPIM_HEADERS = "urn:ietf:params:cpim-headers:";

/** A header's identity is namespace and name; the prefix only says how it was written. */
export interface HeaderName {
  /** `undefined` for a prefix that no NS header declared: such a name means nothing. */
  readonly namespace: string | undefined;
  readonly prefix: string;
  readonly name: string;
}

/** NAMECHAR of RFC 3862 §3.6 */
export const NAME = /^[!#-'*+\-^-`|~0-9A-Za-z]+$/;
const BRACKETED = /^<[^<>\s]+>$/;

/** What the NS headers seen so far declare: a declaration must come before its use. RFC 3862 §3.4 */
export class Namespaces {
  readonly #format: string;
  readonly #declared = new Map<string, string>();

  constructor(format: string) {
    this.#format = format;
  }

  /** Nothing declared, so every name without a prefix is one of RFC 3862. */
  get empty(): boolean {
    return this.#declared.size === 0;
  }

  /** Names without a prefix, "NS" among them, are no longer those of RFC 3862. */
  get defaultChanged(): boolean {
    const namespace = this.#declared.get("");
    return namespace !== undefined && namespace !== CPIM_HEADERS;
  }

  declare(value: string, offset: number): void {
    const open = value.indexOf("<");
    const prefix = trimBlanks(value.slice(0, Math.max(open, 0)));
    if (!BRACKETED.test(value.slice(open)) || (prefix !== "" && !NAME.test(prefix))) {
      throw new FormatError(this.#format, offset, "expected 'prefix <URI>'");
    }
    const namespace = value.slice(open + 1, -1);
    const before = this.#declared.get(prefix);
    // Two meanings of one prefix are two readings of one message.
    if (before !== undefined && before !== namespace) {
      throw new FormatError(this.#format, offset, "prefix is declared twice");
    }
    this.#declared.set(prefix, namespace);
  }

  resolve(written: string, offset: number): HeaderName {
    const dot = written.indexOf(".");
    const prefix = dot === -1 ? "" : written.slice(0, dot);
    const name = written.slice(dot + 1);
    const declared = this.#declared.get(prefix);
    const known = declared !== undefined || prefix === "" || NAME.test(prefix);
    if (!NAME.test(name) || !known || dot === 0) {
      throw new FormatError(this.#format, offset, "header name is malformed");
    }
    const namespace = declared ?? (dot === -1 ? CPIM_HEADERS : undefined);
    return { namespace, prefix, name };
  }

  /** A declared prefix (never the empty one) for that namespace. */
  prefixOf(namespace: string): string | undefined {
    for (const [prefix, declared] of this.#declared) {
      if (declared === namespace && prefix !== "") return prefix;
    }
    return undefined;
  }
}
