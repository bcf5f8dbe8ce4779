/** What a client answers a challenge with, read for judging and written for sending. RFC 7616 §3.4 */

import { FormatError } from "../format-error.ts";
import { type DigestAlgorithm, digestAlgorithm } from "./algorithm.ts";
import { bare, type DigestFields, type DigestHeader, type DigestPart, quoted } from "./fields.ts";

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

/**
 * Throws `FormatError` where a needed part is missing or broken: 400. `defaultUri` is what a missing `uri`
 * means, where it may be missing.
 */
export function readCredentials({ params }: DigestHeader, defaultUri?: string): DigestCredentials {
  const qop = params.get("qop");
  const credentials = {
    username: needed(params, "username"),
    realm: needed(params, "realm"),
    nonce: needed(params, "nonce"),
    uri: params.get("uri") ?? defaultUri ?? needed(params, "uri"),
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
export function credentialParts(
  credentials: DigestCredentials & { readonly algorithm: DigestAlgorithm },
  opaque: string | undefined,
): readonly DigestPart[] {
  const { username, realm, nonce, uri, response, algorithm, qop, cnonce, count } = credentials;
  const parts = [
    quoted("username", username),
    quoted("realm", realm),
    quoted("nonce", nonce),
    quoted("uri", uri),
    quoted("response", response),
    bare("algorithm", algorithm.token),
  ];
  if (qop !== undefined && cnonce !== undefined && count !== undefined) {
    parts.push(quoted("cnonce", cnonce), bare("qop", qop), bare("nc", count));
  }
  if (opaque !== undefined) parts.push(quoted("opaque", opaque));
  return parts;
}

function needed(params: DigestFields, name: string): string {
  return params.get(name) ?? fail(`${name} is missing`);
}

function fail(reason: string): never {
  throw new FormatError("Authorization", 0, reason);
}
