/** What pure code asks of the machine: time, randomness, hashes and inflating. Types only. */

/** Calls back what was scheduled no more; calling it again, or too late, does nothing. */
export type Cancel = () => void;

export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number;
  /** The same with fractions, where the machine tells them: for whoever puts in order what lies within one millisecond. */
  fine?(): number;
  schedule(delayMs: number, run: () => void): Cancel;
}

export interface Random {
  bytes(count: number): Uint8Array;
  /** At least `bits` random bits, spelt with base64url characters (each one a SIP token). */
  token(bits: number): string;
}

export type HashAlgorithm = "md5" | "sha-256" | "sha-512-256";

/** All that who answers a challenge needs. */
export interface PlainHashing {
  /** Lower-case hexadecimal. */
  hash(algorithm: HashAlgorithm, text: string | Uint8Array): string;
}

export interface Hashing extends PlainHashing {
  hmacSha256(key: Uint8Array, data: string | Uint8Array): Uint8Array;
}

/** Hashes of whole contents, which come piece by piece. SHA-1 only where a specification names no other. */
export type ContentHash = "sha-1" | "sha-256";

export interface RunningHash {
  update(bytes: Uint8Array): void;
  /** Lower-case hexadecimal; once, at the end. */
  digest(): string;
}

export type StartHash = (algorithm: ContentHash) => RunningHash;

/** `undefined` when the octets are broken or would grow past `limitBytes`. */
export type Inflate = (
  bytes: Uint8Array,
  encoding: "deflate" | "gzip",
  limitBytes: number,
) => Uint8Array | undefined;
