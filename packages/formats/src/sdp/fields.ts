/** The values of the lines o=, c= and m=. RFC 8866 §5.2, §5.7, §5.14 */
import { FormatError } from "@parlance/wire";
import { FORMAT } from "./lines.ts";

/** Who made the description, and which version of it this is. */
export interface Origin {
  readonly username: string;
  /** Digits, of any number. */
  readonly sessionId: string;
  /** Digits; one more with each change. RFC 3264 §8 */
  readonly version: string;
  readonly address: Connection;
}

export interface Connection {
  /** `IP4`, `IP6`, or what else a peer writes. */
  readonly family: string;
  /** An address without brackets, or a name. */
  readonly host: string;
}

export interface MediaLine {
  /** `message`, `audio` … */
  readonly kind: string;
  /** Zero: refused, or over. RFC 3264 §5.1 */
  readonly port: number;
  /** How many ports from there on, for media that take several. */
  readonly ports: number | undefined;
  readonly proto: string;
  readonly formats: readonly string[];
}

const TOKEN = /^[!#$%&'*+\-.^_`{|}~0-9A-Za-z]+$/;
const PROTO = /^[!#$%&'*+\-./^_`{|}~0-9A-Za-z]+$/;
const DIGITS = /^\d{1,20}$/;
const VISIBLE = /^[^\s\p{Cc}]+$/u;
const PORT = /^(\d{1,10})(?:\/([1-9]\d{0,9}))?$/;
const HIGHEST_PORT = 65_535;

/** Some write a user name of several words: what follows it has five. Throws `FormatError`. */
export function readOrigin(value: string, at: number): Origin {
  const parts = value.split(" ");
  const [sessionId = "", version = "", network = "", family = "", host = ""] = parts.slice(-5);
  if (parts.length < 6 || network !== "IN" || !DIGITS.test(sessionId) || !DIGITS.test(version)) {
    throw new FormatError(FORMAT, at, "o= is malformed");
  }
  const username = parts.slice(0, -5).join(" ");
  return { username, sessionId, version, address: { family, host } };
}

export function writeOrigin({ username, sessionId, version, address }: Origin): string {
  if (!VISIBLE.test(username)) throw new RangeError("user name of o= has a blank or nothing");
  if (!DIGITS.test(sessionId) || !DIGITS.test(version)) throw new RangeError("o= wants digits");
  return `${username} ${sessionId} ${version} ${writeConnection(address)}`;
}

/** Throws `FormatError`. */
export function readConnection(value: string, at: number): Connection {
  const [network, family = "", address = "", ...more] = words(value);
  // What follows a slash is for multicast, which no message takes. RFC 8866 §5.7
  const slash = address.indexOf("/");
  const connection = { family, host: slash === -1 ? address : address.slice(0, slash) };
  if (network !== "IN" || more.length > 0 || !isConnection(connection)) {
    throw new FormatError(FORMAT, at, "c= is malformed");
  }
  return connection;
}

export function writeConnection(connection: Connection): string {
  if (!isConnection(connection)) throw new RangeError("no address for c= or o=");
  return `IN ${connection.family} ${connection.host}`;
}

function isConnection({ family, host }: Connection): boolean {
  return TOKEN.test(family) && VISIBLE.test(host) && !host.includes("/");
}

/** The family that a host shows: names go with IP4. */
export function connectionTo(host: string): Connection {
  const bare = host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
  return { family: bare.includes(":") ? "IP6" : "IP4", host: bare };
}

/** Throws `FormatError`. */
export function readMediaLine(value: string, at: number): MediaLine {
  const [kind = "", port = "", proto = "", ...formats] = words(value);
  const [, first, count] = PORT.exec(port) ?? [];
  const number = Number(first);
  const named = TOKEN.test(kind) && PROTO.test(proto) && formats.every((one) => VISIBLE.test(one));
  if (!named || first === undefined || number > HIGHEST_PORT) {
    throw new FormatError(FORMAT, at, "m= is malformed");
  }
  const ports = count === undefined ? undefined : Number(count);
  return { kind, port: number, ports, proto, formats };
}

export function writeMediaLine({ kind, port, ports, proto, formats }: MediaLine): string {
  const fit = Number.isInteger(port) && port >= 0 && port <= HIGHEST_PORT;
  const count = ports === undefined || (Number.isInteger(ports) && ports > 0) ? ports : NaN;
  if (!TOKEN.test(kind) || !fit || Number.isNaN(count) || !PROTO.test(proto)) {
    throw new RangeError("not fit for m=");
  }
  if (!formats.every((one) => VISIBLE.test(one))) throw new RangeError("format of m= has a blank");
  return [kind, count === undefined ? port : `${port}/${count}`, proto, ...formats].join(" ");
}

function words(value: string): readonly string[] {
  return value.split(" ").filter((word) => word !== "");
}
