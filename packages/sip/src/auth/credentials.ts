/** What a client answers a challenge with, read for judging and written for sending. RFC 7616 §3.4 */

import { FormatError } from "@parlance/wire";
import { type AuthValue, Params } from "../message/index.ts";
import { type DigestAlgorithm, digestAlgorithm } from "./algorithm.ts";

/** Digest credentials with every needed part present. */
export interface DigestCredentials {
  readonly username: string;
  readonly realm: string;
  readonly nonce: string;
  readonly uri: string;
  readonly response: string;
  /** Undefined for a token that we do not know. */
  readonly algorithm: DigestAlgorithm | undefined;
  /** In lower case; undefined in the form before RFC 2617. */
  readonly qop: string | undefined;
  readonly cnonce: string | undefined;
  /** Eight hex digits, as written. */
  readonly count: string | undefined;
}

const COUNT = /^[0-9A-Fa-f]{8}$/; // RFC 7616 §3.4

export function isDigest({ scheme }: AuthValue): boolean {
  return scheme.toLowerCase() === "digest";
}

/** Throws `FormatError` where a needed part is missing or broken: 400. */
export function readCredentials({ params }: AuthValue): DigestCredentials {
  const qop = params.get("qop");
  const credentials = {
    username: needed(params, "username"),
    realm: needed(params, "realm"),
    nonce: needed(params, "nonce"),
    uri: needed(params, "uri"),
    response: needed(params, "response"),
    algorithm: digestAlgorithm(params.get("algorithm")),
    qop: qop?.toLowerCase(),
    cnonce: params.get("cnonce"),
    count: params.get("nc"),
  };
  if (qop === undefined) return credentials;
  if (credentials.cnonce === undefined || credentials.cnonce === "") fail("cnonce is missing");
  if (credentials.count === undefined || !COUNT.test(credentials.count)) {
    fail("nc is not eight hexadecimal digits");
  }
  return credentials;
}

/** Quoted and unquoted parts as RFC 7616 §3.4 has them. */
export function writeCredentials(
  credentials: DigestCredentials & { readonly algorithm: DigestAlgorithm },
  opaque: string | undefined,
): AuthValue {
  const { username, realm, nonce, uri, response, algorithm, qop, cnonce, count } = credentials;
  let params = Params.none
    .withQuoted("username", username)
    .withQuoted("realm", realm)
    .withQuoted("nonce", nonce)
    .withQuoted("uri", uri)
    .withQuoted("response", response)
    .with("algorithm", algorithm.token);
  if (qop !== undefined && cnonce !== undefined && count !== undefined) {
    params = params.withQuoted("cnonce", cnonce).with("qop", qop).with("nc", count);
  }
  return {
    scheme: "Digest",
    params: opaque === undefined ? params : params.withQuoted("opaque", opaque),
  };
}

function needed(params: Params, name: string): string {
  return params.get(name) ?? fail(`${name} is missing`);
}

function fail(reason: string): never {
  throw new FormatError("Authorization", 0, reason);
}
