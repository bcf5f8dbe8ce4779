/** Digest headers as header values of SIP. RFC 3261 §25.1 */
import {
  type AuthenticationProof,
  challengeParts,
  credentialParts,
  type DigestAlgorithm,
  type DigestChallenge,
  type DigestCredentials,
  type DigestPart,
  type Hashing,
  proofParts,
} from "@parlance/wire";
import { type AuthValue, Params } from "../message/index.ts";

export function writeChallenge(challenge: DigestChallenge): AuthValue {
  return digestValue(challengeParts(challenge));
}

export function writeCredentials(
  credentials: DigestCredentials & { readonly algorithm: DigestAlgorithm },
  opaque: string | undefined,
): AuthValue {
  return digestValue(credentialParts(credentials, opaque));
}

/** The value of Authentication-Info; undefined for credentials without qop, which prove nothing. */
export function authenticationInfo(
  proof: AuthenticationProof,
  hashing: Hashing,
): Params | undefined {
  const parts = proofParts(proof, hashing);
  return parts === undefined ? undefined : paramsOf(parts);
}

export function digestValue(parts: readonly DigestPart[]): AuthValue {
  return { scheme: "Digest", params: paramsOf(parts) };
}

function paramsOf(parts: readonly DigestPart[]): Params {
  let params = Params.none;
  for (const { name, value, quoted } of parts) {
    params = quoted ? params.withQuoted(name, value) : params.with(name, value);
  }
  return params;
}
