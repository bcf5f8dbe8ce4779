/** message/cpim, the envelope of a message that carries its own sender and receivers. RFC 3862 */

import { FormatError, type Parsed, parsed } from "@parlance/wire";
import { trimBlanks, trimSpaces } from "../characters.ts";
import type { MimeHeader } from "../mime/mime-head.ts";
import { unescapeHeader } from "./escapes.ts";
import { CPIM_LIMITS, type CpimLimits, FORMAT, type HeaderLine, readHead } from "./head.ts";
import { type NamedUri, readNamedUri } from "./named-uri.ts";
import { CPIM_HEADERS, type HeaderName, Namespaces } from "./names.ts";

export interface Cpim {
  readonly from: NamedUri | undefined; // RFC 3862 §4.1
  readonly to: readonly NamedUri[]; // RFC 3862 §4.2
  readonly cc: readonly NamedUri[]; // RFC 3862 §4.3
  /** As written; `parseDateTime` reads it. What a sender says of time is never needed to deliver. */
  readonly dateTime: string | undefined; // RFC 3862 §4.4
  readonly subjects: readonly Subject[]; // RFC 3862 §4.5
  readonly require: readonly HeaderName[]; // RFC 3862 §4.7
  readonly extensions: readonly Extension[]; // RFC 3862 §3.4
  readonly contentHeaders: readonly MimeHeader[];
  /** A view of the octets that were read, not a copy. */
  readonly content: Uint8Array;
}

export interface Subject {
  readonly language: string | undefined; // RFC 3862 §3.3
  readonly text: string;
}

/** A header that RFC 3862 does not define. Its value stays as written, escapes included. */
export interface Extension extends HeaderName {
  readonly parameters: string;
  readonly value: string;
}

/** Nested CPIM is content like any other: only the outermost envelope is interpreted. */
export function parseCpim(bytes: Uint8Array, limits: CpimLimits = CPIM_LIMITS): Parsed<Cpim> {
  return parsed(() => readCpim(bytes, limits));
}

/** As `parseCpim`, for readers that already stand inside `parsed`. Throws `FormatError`. */
export function readCpim(bytes: Uint8Array, limits: CpimLimits = CPIM_LIMITS): Cpim {
  const { lines, mime } = readHead(bytes, limits);
  const message = new CpimReader();
  for (const line of lines) message.add(line);
  if (message.silent) throw new FormatError(FORMAT, 0, "no message headers");
  return {
    from: message.from,
    to: message.to,
    cc: message.cc,
    dateTime: message.dateTime,
    subjects: message.subjects,
    require: message.require,
    extensions: message.extensions,
    contentHeaders: mime.headers,
    content: bytes.subarray(mime.contentStart),
  };
}

class CpimReader {
  from: NamedUri | undefined;
  dateTime: string | undefined;
  readonly to: NamedUri[] = [];
  readonly cc: NamedUri[] = [];
  readonly subjects: Subject[] = [];
  readonly require: HeaderName[] = [];
  readonly extensions: Extension[] = [];
  readonly #namespaces = new Namespaces(FORMAT);

  /** Whether nothing was said but what prefixes mean. */
  get silent(): boolean {
    const { from, dateTime, to, cc, subjects, require, extensions } = this;
    const lists = [to, cc, subjects, require, extensions];
    return (
      from === undefined && dateTime === undefined && lists.every(({ length }) => length === 0)
    );
  }

  add(line: HeaderLine): void {
    // Names without prefix are RFC 3862's until an NS header says otherwise.
    if (this.#namespaces.empty && this.#addCore(line.name, line)) return;
    const resolved = this.#namespaces.resolve(line.name, line.start);
    if (resolved.namespace === CPIM_HEADERS && this.#addCore(resolved.name, line)) return;
    if (resolved.prefix === "" && resolved.name.toLowerCase() === "from") {
      // Names are case-sensitive, but a reader that is not would see another sender.
      throw new FormatError(FORMAT, line.start, "header names are case-sensitive: write From");
    }
    const { namespace, prefix, name } = resolved;
    const { parameters, value } = line;
    this.extensions.push({ namespace, prefix, name, parameters, value });
  }

  /** Whether it was a header of RFC 3862. Single ones must not be repeated. */
  #addCore(name: string, { value, start, parameters }: HeaderLine): boolean {
    switch (name) {
      case "From":
        if (this.from !== undefined) throw new FormatError(FORMAT, start, "From is repeated");
        this.from = readNamedUri(FORMAT, value, start);
        return true;
      case "To":
        this.to.push(readNamedUri(FORMAT, value, start));
        return true;
      case "cc":
        this.cc.push(readNamedUri(FORMAT, value, start));
        return true;
      case "DateTime":
        if (this.dateTime !== undefined) {
          throw new FormatError(FORMAT, start, "DateTime is repeated");
        }
        this.dateTime = value;
        return true;
      case "Subject":
        this.subjects.push({
          language: language(parameters),
          text: trimSpaces(unescapeHeader(value)),
        });
        return true;
      case "NS":
        this.#namespaces.declare(value, start);
        return true;
      case "Require":
        for (const one of value.split(",")) {
          this.require.push(this.#namespaces.resolve(trimBlanks(one), start));
        }
        return true;
      default:
        return false;
    }
  }
}

const LANGUAGE = /^lang=[0-9A-Za-z-]+$/;

function language(parameters: string): string | undefined {
  for (const parameter of parameters.split(";")) {
    if (LANGUAGE.test(parameter)) return parameter.slice("lang=".length);
  }
  return undefined;
}
