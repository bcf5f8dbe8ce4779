/** URIs of SIP: sip and sips (RFC 3261 §19.1), tel (RFC 3966), and the rest as scheme and text. */
import { FormatError } from "@parlance/wire";
import {
  codeAt,
  DIGIT,
  digits,
  endBefore,
  HOST_NAME,
  isAll,
  skip,
  URI_ANY,
  URI_HEADER,
  URI_PARAM,
  USER,
} from "./characters.ts";
import { checkEscaped, escape, unescape } from "./escapes.ts";
import { checkHost } from "./host.ts";
import { URI_CHARACTERS } from "./limits.ts";
import { type Param, Params } from "./params.ts";

export type Uri = SipUri | TelUri | OtherUri;

/** A header that the URI wants in the request that is made from it; escapes undone. */
export type UriHeader = readonly [name: string, value: string];

export interface SipUri {
  readonly kind: "sip";
  /** Whether the scheme is sips. */
  readonly secure: boolean;
  /** As written, escapes kept; `unescape` gives the name itself. */
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** As written; an IPv6 address in its brackets. */
  readonly host: string;
  readonly port: number | undefined;
  readonly params: Params;
  readonly headers: readonly UriHeader[];
}

export interface TelUri {
  readonly kind: "tel";
  /** As written, with its visual separators; a global number begins with "+". */
  readonly number: string;
  readonly params: Params;
}

/** im:, pres:, urn: and whatever else has a scheme. */
export interface OtherUri {
  readonly kind: "other";
  /** Lower case. */
  readonly scheme: string;
  /** All that follows the colon, as written. */
  readonly opaque: string;
}

const FORMAT = "URI";
const COLON = 58;
const NO_HEADERS: readonly UriHeader[] = [];
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*$/; // RFC 3986 §3.1
const TEL_DIGITS = /^(?:\+[0-9.()-]*[0-9][0-9.()-]*|[0-9A-Fa-f*#.()-]+)$/; // RFC 3966 §3
const MAX_PORT = 65_535;

/** Throws `FormatError`; nothing stands before or after the URI. */
export function parseUri(text: string): Uri {
  if (text.length > URI_CHARACTERS) fail(URI_CHARACTERS, "longer than 2048 characters");
  const colon = text.indexOf(":");
  const scheme = colon === -1 ? fail(0, "no scheme") : text.slice(0, colon).toLowerCase();
  if (scheme === "sip") return readSipUri(text, colon + 1, false);
  if (scheme === "sips") return readSipUri(text, colon + 1, true);
  if (scheme === "tel") return readTelUri(text, colon + 1);
  if (!SCHEME.test(scheme)) fail(0, "not a scheme");
  const opaque = text.slice(colon + 1);
  if (!isAll(URI_ANY, opaque)) fail(colon + 1, "character is not allowed");
  return { kind: "other", scheme, opaque };
}

export function formatUri(uri: Uri): string {
  if (uri.kind === "sip") return formatSipUri(uri);
  if (uri.kind === "tel") return `tel:${uri.number}${uri.params.format("uri")}`;
  return `${uri.scheme}:${uri.opaque}`;
}

/** A sip URI of its parts; the user is plain text and is escaped where it has to be. */
export function sipUri(
  user: string | undefined,
  host: string,
  more: { port?: number; secure?: boolean; params?: Params } = {},
): SipUri {
  return {
    kind: "sip",
    secure: more.secure ?? false,
    user: user === undefined ? undefined : escape(user, USER),
    password: undefined,
    host: checkHost(FORMAT, host, 0),
    port: more.port,
    params: more.params ?? Params.none,
    headers: NO_HEADERS,
  };
}

/** `user@host` of an im: or pres: URI; `undefined` for other URIs and shapes. RFC 3860 §3, 3859 §3 */
export function imAddress(uri: Uri): { readonly user: string; readonly host: string } | undefined {
  if (uri.kind !== "other" || (uri.scheme !== "im" && uri.scheme !== "pres")) return undefined;
  const [address = ""] = uri.opaque.split("?", 1);
  const at = address.lastIndexOf("@");
  if (at < 1 || at === address.length - 1) return undefined;
  return { user: address.slice(0, at), host: address.slice(at + 1) };
}

function formatSipUri(uri: SipUri): string {
  let text = uri.secure ? "sips:" : "sip:";
  if (uri.user !== undefined) {
    text += uri.password === undefined ? `${uri.user}@` : `${uri.user}:${uri.password}@`;
  }
  text += uri.port === undefined ? uri.host : `${uri.host}:${uri.port}`;
  if (uri.params.size > 0) text += uri.params.format("uri");
  if (uri.headers.length === 0) return text;
  const headers = uri.headers.map(
    ([name, value]) => `${escape(name, URI_HEADER)}=${escape(value, URI_HEADER)}`,
  );
  return `${text}?${headers.join("&")}`;
}

function readSipUri(text: string, start: number, secure: boolean): SipUri {
  let at = start;
  let user: string | undefined;
  let password: string | undefined;
  // "@" is escaped everywhere else, so the first one ends the user part and a second is a fault.
  const userEnd = text.indexOf("@", at);
  if (userEnd !== -1) {
    const colon = text.indexOf(":", at);
    const nameEnd = colon === -1 || colon > userEnd ? userEnd : colon;
    if (nameEnd === at) fail(at, "empty user");
    user = text.slice(at, nameEnd);
    checkEscaped(FORMAT, user, USER, at);
    if (nameEnd < userEnd) {
      password = text.slice(nameEnd + 1, userEnd);
      checkEscaped(FORMAT, password, USER, nameEnd + 1);
    }
    at = userEnd + 1;
  }
  const hostEnd = endOfHost(text, at);
  const host = checkHost(FORMAT, text.slice(at, hostEnd), at);
  at = hostEnd;
  let port: number | undefined;
  if (codeAt(text, at) === COLON) {
    const portEnd = skip(DIGIT, text, at + 1);
    port = digits(text.slice(at + 1, portEnd), MAX_PORT);
    if (port === undefined || port === 0) fail(at + 1, "not a port");
    at = portEnd;
  }
  const paramsEnd = at === text.length ? at : endBefore(text, at, "?");
  const params = paramsEnd === at ? Params.none : readUriParams(text, at, paramsEnd);
  const headers = paramsEnd === text.length ? NO_HEADERS : readUriHeaders(text, paramsEnd + 1);
  return { kind: "sip", secure, user, password, host, port, params, headers };
}

function readTelUri(text: string, start: number): TelUri {
  const numberEnd = endBefore(text, start, ";");
  const number = text.slice(start, numberEnd);
  if (!TEL_DIGITS.test(number)) fail(start, "not a telephone number");
  return { kind: "tel", number, params: readUriParams(text, numberEnd, text.length) };
}

/** `start` is at the first semicolon, or at `end`. */
function readUriParams(text: string, start: number, end: number): Params {
  if (start === end) return Params.none;
  const entries: Param[] = [];
  let at = start;
  while (at < end) {
    if (text.charAt(at) !== ";") fail(at, "expected a parameter");
    const next = Math.min(endBefore(text, at + 1, ";"), end);
    const written = text.slice(at + 1, next);
    const equals = written.indexOf("=");
    const name = equals === -1 ? written : written.slice(0, equals);
    const value = equals === -1 ? "" : written.slice(equals + 1);
    if (name === "" || (equals !== -1 && value === "")) fail(at + 1, "empty parameter");
    checkEscaped(FORMAT, name, URI_PARAM, at + 1);
    checkEscaped(FORMAT, value, URI_PARAM, at + 2 + equals);
    entries.push({
      name: unescape(name).toLowerCase(),
      value: unescape(value),
      spelling: name,
      raw: equals === -1 ? undefined : value,
      form: "uri",
    });
    at = next;
  }
  return Params.read(FORMAT, entries);
}

/** RFC 3261 §19.1.1: name=value pairs between ampersands; the value may be empty. */
function readUriHeaders(text: string, start: number): readonly UriHeader[] {
  let at = start;
  return text
    .slice(start)
    .split("&")
    .map((pair) => {
      const equals = pair.indexOf("=");
      if (equals < 1) fail(at, "expected a header");
      const name = pair.slice(0, equals);
      const value = pair.slice(equals + 1);
      checkEscaped(FORMAT, name, URI_HEADER, at);
      checkEscaped(FORMAT, value, URI_HEADER, at + equals + 1);
      at += pair.length + 1;
      return [unescape(name), unescape(value)] as const;
    });
}

/** Colons inside brackets belong to the address. */
function endOfHost(text: string, start: number): number {
  if (text.charAt(start) !== "[") return skip(HOST_NAME, text, start);
  const bracket = text.indexOf("]", start);
  return bracket === -1 ? text.length : bracket + 1;
}

function fail(offset: number, reason: string): never {
  throw new FormatError(FORMAT, offset, reason);
}
