/** msrp: and msrps: URIs. RFC 4975 §6, §9, RFC 7977 §5 */
import { FormatError, type Parsed, parsed } from "@parlance/wire";
import {
  ALPHANUMERIC,
  digits,
  HOST_NAME,
  isAll,
  SESSION_ID,
  TOKEN,
  VISIBLE,
} from "./characters.ts";

export interface MsrpUri {
  readonly scheme: "msrp" | "msrps";
  /** The account for which the session is valid. */
  readonly user: string | undefined;
  /** As written; an IPv6 address in its brackets. */
  readonly host: string;
  readonly port: number | undefined;
  /** Undefined in the URI of a host, such as a relay. It is compared with regard to case. */
  readonly sessionId: string | undefined;
  /** In lower case: "tcp", "ws". */
  readonly transport: string;
  readonly params: readonly (readonly [name: string, value: string | undefined])[];
  /** The whole URI as written. */
  readonly text: string;
}

export interface MsrpUriParts {
  readonly scheme: "msrp" | "msrps";
  readonly host: string;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly transport: string;
}

/** IANA, RFC 4975 §15.4. Not a default: URIs of sessions name their port. */
export const MSRP_PORT = 2855;

const MAX_CHARACTERS = 1024;
const MAX_PORT = 65_535;
const IPV6_REFERENCE = /^\[[0-9A-Fa-f:.]{2,45}\]$/;

export function parseMsrpUri(text: string): Parsed<MsrpUri> {
  return parsed(() => readMsrpUri(text));
}

/** Throws `RangeError` for parts that no URI can have. */
export function makeMsrpUri(parts: MsrpUriParts): MsrpUri {
  const { scheme, user, host, port, sessionId, transport } = parts;
  const bracketed = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  const authority = `${user === undefined ? "" : `${user}@`}${bracketed}${port === undefined ? "" : `:${port}`}`;
  const session = sessionId === undefined ? "" : `/${sessionId}`;
  const made = parseMsrpUri(`${scheme}://${authority}${session};${transport}`);
  if (!made.ok) throw new RangeError(made.error.reason);
  return made.value;
}

/**
 * The session id of a URI that was not read yet; `undefined` where there is none. All that is compared of a
 * To-Path by peers behind address translation. RFC 6714 §5
 */
export function sessionIdOf(uri: string): string | undefined {
  const authority = uri.indexOf("://");
  if (authority === -1) return undefined;
  const slash = uri.indexOf("/", authority + 3);
  if (slash === -1) return undefined;
  const end = uri.indexOf(";", slash);
  const id = uri.slice(slash + 1, end === -1 ? uri.length : end);
  return id === "" ? undefined : id;
}

/** Throws `FormatError`. */
export function readMsrpUri(text: string): MsrpUri {
  if (text.length > MAX_CHARACTERS) fail("URI is too long");
  if (!isAll(VISIBLE, text)) fail("character is not allowed");
  const colon = text.indexOf("://");
  const scheme = text.slice(0, Math.max(colon, 0)).toLowerCase();
  if (scheme !== "msrp" && scheme !== "msrps") fail("neither msrp: nor msrps:");
  const [whole = "", transport = "", ...params] = text.slice(colon + 3).split(";");
  if (!isAll(ALPHANUMERIC, transport)) fail("transport is missing", colon);
  const slash = whole.indexOf("/");
  const sessionId = slash === -1 ? undefined : whole.slice(slash + 1);
  if (sessionId !== undefined && !isAll(SESSION_ID, sessionId)) fail("not a session id", slash);
  return {
    scheme,
    ...readAuthority(slash === -1 ? whole : whole.slice(0, slash)),
    sessionId,
    transport: transport.toLowerCase(),
    params: params.map(readParam),
    text,
  };
}

function readAuthority(text: string): Pick<MsrpUri, "user" | "host" | "port"> {
  const at = text.lastIndexOf("@");
  const hostport = text.slice(at + 1);
  const bracket = hostport.indexOf("]");
  const colon = hostport.indexOf(":", bracket + 1);
  const host = colon === -1 ? hostport : hostport.slice(0, colon);
  const good = host.startsWith("[") ? IPV6_REFERENCE.test(host) : isHostName(host);
  if (!good) fail("not a host");
  const port = colon === -1 ? undefined : digits(hostport.slice(colon + 1));
  if (colon !== -1 && (port === undefined || port === 0 || port > MAX_PORT)) fail("not a port");
  return { user: at === -1 ? undefined : text.slice(0, at), host, port };
}

/** A percent-encoded octet may stand in a name. RFC 3986 §3.2.2 */
function isHostName(host: string): boolean {
  return isAll(HOST_NAME, host.replaceAll(/%[0-9A-Fa-f]{2}/g, "a"));
}

function readParam(text: string): readonly [string, string | undefined] {
  const equals = text.indexOf("=");
  const name = equals === -1 ? text : text.slice(0, equals);
  const value = equals === -1 ? undefined : text.slice(equals + 1);
  if (!isAll(TOKEN, name) || (value !== undefined && !isAll(TOKEN, value))) fail("not a parameter");
  return [name.toLowerCase(), value];
}

function fail(reason: string, offset = 0): never {
  throw new FormatError("MSRP URI", offset, reason);
}
