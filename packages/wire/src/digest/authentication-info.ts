/** The server's proof that it knows the password too, and the nonce to use next. RFC 7616 §3.5 */

import type { PlainHashing } from "../ports.ts";
import type { DigestCredentials } from "./credentials.ts";
import { digestResponse } from "./digest.ts";
import { bare, type DigestPart, quoted } from "./fields.ts";

export interface AuthenticationProof {
  /** Those that were accepted. */
  readonly credentials: DigestCredentials;
  /** The stored secret hash of the user. */
  readonly secret: string;
  /** The body of the response. */
  readonly body: Uint8Array;
  readonly nextNonce: string | undefined;
}

/** Authentication-Info; undefined for credentials without qop, which prove nothing. */
export function proofParts(
  proof: AuthenticationProof,
  hashing: PlainHashing,
): readonly DigestPart[] | undefined {
  const { algorithm, nonce, uri, qop, cnonce, count } = proof.credentials;
  if (algorithm === undefined || cnonce === undefined || count === undefined) return undefined;
  if (qop !== "auth" && qop !== "auth-int") return undefined;
  const rspauth = digestResponse(
    hashing,
    proof.secret,
    { algorithm, nonce, protection: { qop, count, cnonce } },
    { method: "", uri, body: proof.body },
  );
  const parts = [
    quoted("rspauth", rspauth),
    quoted("cnonce", cnonce),
    bare("nc", count),
    bare("qop", qop),
  ];
  if (proof.nextNonce !== undefined) parts.push(quoted("nextnonce", proof.nextNonce));
  return parts;
}
