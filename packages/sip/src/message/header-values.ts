/** Readers and writers of the shapes that header values have. RFC 3261 §25.1 */
import { isToken } from "./characters.ts";
import { formatNameAddr, type NameAddr, readNameAddr } from "./name-addr.ts";
import { Params, quote } from "./params.ts";
import type { ValueReader } from "./value-reader.ts";

/** A token and its parameters: Content-Disposition, Event, Reason and their kind. */
export interface Tagged {
  readonly value: string;
  readonly params: Params;
}

/** A number of seconds and its parameters. */
export interface Seconds {
  readonly seconds: number;
  readonly params: Params;
}

export interface MediaType {
  /** Lower case: "text/plain". */
  readonly type: string;
  readonly params: Params;
}

/** Largest number that SIP counts seconds with. RFC 3261 §20.19 */
export const MAX_SECONDS = 0xffff_ffff;

const BLANK = 32;
const QUOTE = 34;

export const tokenValue = {
  read: (reader: ValueReader): string => {
    reader.skipSpace();
    return reader.token();
  },
  write: (value: string): string => {
    if (!isToken(value)) throw new RangeError(`not a token: ${value}`);
    return value;
  },
};

/** A number from zero to `max`. */
export function numberValue(max: number) {
  return {
    read: (reader: ValueReader): number => reader.number(max),
    write: (value: number): string => writeNumber(value, max),
  };
}

export const nameAddrValue = { read: readNameAddr, write: formatNameAddr };

/** As `nameAddrValue`, for routes, where angle brackets are a must. RFC 3261 §20.34 */
export const routeValue = {
  read: (reader: ValueReader): NameAddr => {
    const start = reader.at;
    const value = readNameAddr(reader);
    if (!reader.text.slice(start, reader.at).includes("<")) {
      reader.fail("a route stands in angle brackets", start);
    }
    return value;
  },
  write: formatNameAddr,
};

export const taggedValue = {
  read: (reader: ValueReader): Tagged => {
    reader.skipSpace();
    return { value: reader.token(), params: reader.params() };
  },
  write: ({ value, params }: Tagged): string => tokenValue.write(value) + params.format("header"),
};

export const secondsValue = {
  read: (reader: ValueReader): Seconds => ({
    seconds: reader.number(MAX_SECONDS),
    params: reader.params(),
  }),
  write: ({ seconds, params }: Seconds): string =>
    writeNumber(seconds, MAX_SECONDS) + params.format("header"),
};

/** Content-Type and the ranges of Accept. RFC 3261 §20.1, §20.15 */
export const mediaTypeValue = {
  read: (reader: ValueReader): MediaType => {
    reader.skipSpace();
    const type = reader.token();
    reader.expect("/");
    const subtype = reader.token();
    return { type: `${type}/${subtype}`.toLowerCase(), params: reader.params() };
  },
  write: ({ type, params }: MediaType): string => {
    const [main = "", sub = "", ...more] = type.split("/");
    if (!isToken(main) || !isToken(sub) || more.length > 0) {
      throw new RangeError(`not a media type: ${type}`);
    }
    return type + params.format("header");
  },
};

/** Contact predicates: "*" and feature parameters. RFC 3841 §9.2 */
export const predicateValue = {
  read: (reader: ValueReader): Params => {
    reader.expect("*");
    return reader.params();
  },
  write: (params: Params): string => `*${params.format("header")}`,
};

/** An opaque word without white space, as Call-ID and entity tags are. */
export const wordValue = {
  read: (reader: ValueReader): string => reader.until(""),
  write: (value: string): string => {
    for (let at = 0; at < value.length; at += 1) {
      if (value.charCodeAt(at) <= BLANK) throw new RangeError("not one word");
    }
    if (value === "") throw new RangeError("empty word");
    return value;
  },
};

/** A Call-ID and the tags of a dialog. RFC 3891 §6.1, RFC 4538 §7 */
export interface DialogReference {
  readonly callId: string;
  readonly params: Params;
}

export const dialogReferenceValue = {
  read: (reader: ValueReader): DialogReference => ({
    callId: reader.until(";,"),
    params: reader.params(),
  }),
  write: ({ callId, params }: DialogReference): string =>
    wordValue.write(callId) + params.format("header"),
};

export interface WarningValue {
  readonly code: number;
  /** Host or name of who warns. */
  readonly agent: string;
  readonly text: string;
}

/** RFC 3261 §20.43 */
export const warningValue = {
  read: (reader: ValueReader): WarningValue => {
    reader.skipSpace();
    const code = reader.number(999);
    reader.skipSpace();
    const agent = reader.until(",");
    reader.skipSpace();
    if (reader.peek() !== QUOTE) reader.fail("expected the warning text in quotes");
    return { code, agent, text: reader.quoted() };
  },
  write: ({ code, agent, text }: WarningValue): string => {
    if (code < 100 || code > 999) throw new RangeError(`not a warning code: ${code}`);
    return `${code} ${wordValue.write(agent)} ${quote(text)}`;
  },
};

/** A challenge or credentials: the scheme and what it says. RFC 3261 §20.7, §20.44 */
export interface AuthValue {
  /** As written, usually "Digest". */
  readonly scheme: string;
  /** Values without quotes; `Params.with` and `withQuoted` choose how new ones are written. */
  readonly params: Params;
}

export const authValue = {
  read: (reader: ValueReader): AuthValue => {
    reader.skipSpace();
    return { scheme: reader.token(), params: readAuthParams(reader) };
  },
  write: ({ scheme, params }: AuthValue): string =>
    `${tokenValue.write(scheme)} ${authParamsValue.write(params)}`,
};

/** Parameters between commas. RFC 3261 §20.6 */
export const authParamsValue = {
  read: readAuthParams,
  write: (params: Params): string => params.formatEach("header").join(", "),
};

function readAuthParams(reader: ValueReader): Params {
  reader.skipSpace();
  const entries = [reader.param()];
  while (reader.takeComma()) entries.push(reader.param());
  return Params.read(reader.format, entries);
}

export function writeNumber(value: number, max: number): string {
  if (!Number.isInteger(value) || value < 0 || value > max) {
    throw new RangeError(`not a number up to ${max}: ${value}`);
  }
  return String(value);
}
