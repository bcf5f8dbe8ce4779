/** The algorithms of digest authentication: their tokens, the hash under each, which one is stronger. RFC 8760 §2.1 */

import type { HashAlgorithm } from "../ports.ts";

export interface DigestAlgorithm {
  /** The token of the `algorithm` parameter. */
  readonly token: string;
  readonly hash: HashAlgorithm;
  /** The `-sess` form, which mixes nonce and cnonce into HA1. RFC 7616 §3.4.2 */
  readonly session: boolean;
  /** Hex digits of a digest. RFC 8760 §2.2 */
  readonly length: number;
  /** The higher, the rather used. */
  readonly strength: number;
}

const SHA_256: DigestAlgorithm = {
  token: "SHA-256",
  hash: "sha-256",
  session: false,
  length: 64,
  strength: 2,
};
const SHA_512_256: DigestAlgorithm = {
  token: "SHA-512-256",
  hash: "sha-512-256",
  session: false,
  length: 64,
  strength: 3,
};
const MD5: DigestAlgorithm = {
  token: "MD5",
  hash: "md5",
  session: false,
  length: 32,
  strength: 1,
};

/** What a parameterless header means. RFC 7616 §3.4 */
export const DEFAULT_ALGORITHM = MD5;

const ALGORITHMS: ReadonlyMap<string, DigestAlgorithm> = new Map(
  [
    MD5,
    SHA_256,
    SHA_512_256,
    { ...MD5, token: "MD5-sess", session: true },
    { ...SHA_256, token: "SHA-256-sess", session: true },
    { ...SHA_512_256, token: "SHA-512-256-sess", session: true },
  ].map((algorithm) => [algorithm.token.toLowerCase(), algorithm]),
);

/** The algorithm of a token, compared without case; an absent one is MD5, an unknown one nothing. */
export function digestAlgorithm(token: string | undefined): DigestAlgorithm | undefined {
  if (token === undefined) return DEFAULT_ALGORITHM;
  return ALGORITHMS.get(token.toLowerCase());
}
