/** AUTH requests and what they ask of a relay. RFC 4976 §5.1, §9.1 */
import {
  type DigestHeader,
  FormatError,
  type Parsed,
  parseDigestHeader,
  parsed,
} from "@parlance/wire";
import { digits } from "../frame/characters.ts";
import { lastUri, type MsrpRequest, type MsrpResponse } from "../frame/index.ts";

export interface AuthFacts {
  /** What the digest is over, besides the method: the last URI of the To-Path. RFC 4976 §9.1 */
  readonly uri: string;
  readonly credentials: readonly DigestHeader[];
  /** How long the client wants the relay's URI to be valid, at most. */
  readonly expiresS: number | undefined;
}

/** What is malformed gets 400. */
export function readAuth(request: MsrpRequest): Parsed<AuthFacts> {
  return parsed(() => ({
    uri: lastUri(request.toPath),
    credentials: valuesOf(request, "authorization").map((text) => good(parseDigestHeader(text))),
    expiresS: secondsOf(request, "expires"),
  }));
}

/** The challenges of a 401; those that cannot be read count as if they were not there. */
export function challengesOf(response: MsrpResponse): readonly DigestHeader[] {
  return valuesOf(response, "www-authenticate").flatMap((text) => {
    const header = parseDigestHeader(text);
    return header.ok ? [header.value] : [];
  });
}

/** A header of whole seconds. Throws `FormatError`. */
export function secondsOf(frame: MsrpRequest | MsrpResponse, name: string): number | undefined {
  const [only, ...more] = valuesOf(frame, name);
  if (only === undefined) return undefined;
  const seconds = more.length === 0 ? digits(only) : undefined;
  if (seconds === undefined) throw new FormatError(`MSRP ${name}`, 0, "not a number of seconds");
  return seconds;
}

function valuesOf(frame: MsrpRequest | MsrpResponse, name: string): readonly string[] {
  return [...frame.headers()].flatMap(([known, value]) =>
    known.toLowerCase() === name ? [value] : [],
  );
}

function good<T>(read: Parsed<T>): T {
  if (!read.ok) throw read.error;
  return read.value;
}
