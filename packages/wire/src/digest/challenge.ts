/** What a server asks for, written and read. RFC 7616 §3.3, RFC 8760 §2.3 */

import { type DigestAlgorithm, digestAlgorithm } from "./algorithm.ts";
import { bare, type DigestHeader, type DigestPart, isDigest, quoted } from "./fields.ts";

export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  readonly algorithm: DigestAlgorithm;
  /** Undefined where the server is older than qop. RFC 3261 §22.4 (8) */
  readonly qop: "auth" | "auth-int" | undefined;
  readonly stale: boolean;
  readonly opaque: string | undefined;
}

export function challengeParts(challenge: DigestChallenge): readonly DigestPart[] {
  const { realm, nonce, algorithm, qop, stale, opaque } = challenge;
  const parts = [quoted("realm", realm), quoted("nonce", nonce)];
  if (opaque !== undefined) parts.push(quoted("opaque", opaque));
  if (stale) parts.push(bare("stale", "true"));
  parts.push(bare("algorithm", algorithm.token));
  if (qop !== undefined) parts.push(quoted("qop", qop));
  return parts;
}

/**
 * A challenge that can be answered, or undefined: "the client MUST ignore any challenge it does not
 * understand" (RFC 8760 §2.4). Of the offered protections `auth` is taken where it can be, because
 * intermediaries may change a body lawfully.
 */
export function readChallenge(value: DigestHeader): DigestChallenge | undefined {
  if (!isDigest(value)) return undefined;
  const { params } = value;
  const realm = params.get("realm");
  const nonce = params.get("nonce");
  const algorithm = digestAlgorithm(params.get("algorithm"));
  if (realm === undefined || nonce === undefined || algorithm === undefined) return undefined;
  const offered = params.get("qop");
  const qop = chooseQop(offered);
  if (offered !== undefined && qop === undefined) return undefined;
  const stale = params.get("stale")?.toLowerCase() === "true";
  return { realm, nonce, algorithm, qop, stale, opaque: params.get("opaque") };
}

function chooseQop(offered: string | undefined): "auth" | "auth-int" | undefined {
  const tokens = offered?.split(",", 8).map((token) => token.trim().toLowerCase()) ?? [];
  if (tokens.includes("auth")) return "auth";
  return tokens.includes("auth-int") ? "auth-int" : undefined;
}
