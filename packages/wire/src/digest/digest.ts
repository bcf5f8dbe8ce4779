/** The digest computation itself, the same for both sides. RFC 7616 §3.4, RFC 8760 §2.6 */

import type { HashAlgorithm, PlainHashing } from "../ports.ts";
import type { DigestAlgorithm } from "./algorithm.ts";

/** A hash over user, realm and password: what a server stores instead of the password. */
export function secretHash(
  hashing: PlainHashing,
  hash: HashAlgorithm,
  of: { readonly username: string; readonly realm: string; readonly password: string },
): string {
  return hashing.hash(hash, `${of.username}:${of.realm}:${of.password}`); // RFC 7616 §3.4.2
}

/** Everything beside the secret that goes into one response. */
export interface DigestInput {
  readonly algorithm: DigestAlgorithm;
  readonly nonce: string;
  /** Undefined in the form before qop, which only old servers ask for. RFC 2617 §3.2.2.1 */
  readonly protection: Protection | undefined;
}

export interface Protection {
  readonly qop: "auth" | "auth-int";
  /** Eight hex digits, as written. */
  readonly count: string;
  readonly cnonce: string;
}

/** What the digest protects: the method, the URI and, with auth-int, the body. */
export interface Protected {
  /** Empty for the `rspauth` of a response. RFC 7616 §3.5 */
  readonly method: string;
  readonly uri: string;
  readonly body: Uint8Array;
}

/** The `response` (or `rspauth`) value, lower-case hex. `ha1` is the stored `secretHash`. */
export function digestResponse(
  hashing: PlainHashing,
  ha1: string,
  input: DigestInput,
  over: Protected,
): string {
  return responseOver(hashing, ha1, input, requestHash(hashing, input, over));
}

/** HA2: the part without a secret, which a server may keep for the next equal request. */
export function requestHash(hashing: PlainHashing, input: DigestInput, over: Protected): string {
  const { hash } = input.algorithm;
  const subject = `${over.method}:${over.uri}`;
  if (input.protection?.qop !== "auth-int") return hashing.hash(hash, subject);
  // An absent body counts as the empty string. RFC 8760 §2.6 (7)
  return hashing.hash(hash, `${subject}:${hashing.hash(hash, over.body)}`);
}

/** The response from its two halves. */
export function responseOver(
  hashing: PlainHashing,
  ha1: string,
  { algorithm, nonce, protection }: DigestInput,
  ha2: string,
): string {
  const secret = algorithm.session
    ? hashing.hash(algorithm.hash, `${ha1}:${nonce}:${protection?.cnonce ?? ""}`) // RFC 7616 §3.4.2
    : ha1;
  if (protection === undefined) return hashing.hash(algorithm.hash, `${secret}:${nonce}:${ha2}`);
  const { count, cnonce, qop } = protection;
  return hashing.hash(algorithm.hash, `${secret}:${nonce}:${count}:${cnonce}:${qop}:${ha2}`);
}

/**
 * Whether two digests are equal, in a time that tells nothing of where they differ. Lengths are no
 * secret. Hex in capitals is not a digest here, on any transport (RFC 8760 §2.2 prints it small).
 */
export function sameDigest(ours: string, theirs: string): boolean {
  if (ours.length !== theirs.length) return false;
  let difference = 0;
  for (let i = 0; i < ours.length; i += 1) difference |= ours.charCodeAt(i) ^ theirs.charCodeAt(i);
  return difference === 0;
}
