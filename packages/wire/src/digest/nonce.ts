/**
 * Nonces that carry their own proof, so that a challenge leaves nothing behind in the server.
 * RFC 7616 §5.4
 *
 * `issued-at (7 octets, ms) || 128 random bits || flags (1 octet)` in base64url, followed by the
 * HMAC-SHA-256 over that text, the realm, the transport class and the peer. A nonce is therefore
 * good only for the realm, the kind of transport and the peer that it was given to.
 */

import { base64url, parseBase64url } from "../encodings.ts";
import type { Hashing, Random } from "../ports.ts";
import { sameDigest } from "./digest.ts";

/** Where a nonce may be used. */
export interface NonceScope {
  readonly realm: string;
  /** "UDP", "TCP", "TLS", "WS" or "WSS". */
  readonly transport: string;
  /** The source address for UDP, the connection for everything else. */
  readonly peer: string;
}

export interface NonceKeys {
  /** Signs and verifies. */
  readonly current: Uint8Array;
  /** Still verifies while keys are being changed. */
  readonly previous?: Uint8Array | undefined;
}

const HEAD_OCTETS = 24;
const TIME_OCTETS = 7;
const HEAD_LENGTH = 32; // 24 octets in base64url
const SEAL_LENGTH = 43; // 32 octets in base64url
const FLAGS_VERSION_1 = 1;

/** A new nonce. */
export function issueNonce(
  scope: NonceScope,
  now: number,
  tools: { readonly keys: NonceKeys; readonly hashing: Hashing; readonly random: Random },
): string {
  const head = new Uint8Array(HEAD_OCTETS);
  writeTime(head, now);
  head.set(tools.random.bytes(16), TIME_OCTETS);
  head[HEAD_OCTETS - 1] = FLAGS_VERSION_1;
  const text = base64url(head);
  return text + sealOf(text, scope, tools.keys.current, tools.hashing);
}

/** When the nonce was issued (ms since the epoch), or undefined when it is not ours for this scope. */
export function openNonce(
  nonce: string,
  scope: NonceScope,
  tools: { readonly keys: NonceKeys; readonly hashing: Hashing },
): number | undefined {
  if (nonce.length !== HEAD_LENGTH + SEAL_LENGTH) return undefined;
  const head = nonce.slice(0, HEAD_LENGTH);
  const seal = nonce.slice(HEAD_LENGTH);
  const { keys, hashing } = tools;
  const ours = [keys.current, keys.previous].some(
    (key) => key !== undefined && sameDigest(sealOf(head, scope, key, hashing), seal),
  );
  return ours ? readTime(head) : undefined;
}

/** The seal is compared as text, so that only one spelling of a nonce exists. */
function sealOf(head: string, scope: NonceScope, key: Uint8Array, hashing: Hashing): string {
  const sealed = `${head}\n${scope.realm}\n${scope.transport}\n${scope.peer}`;
  return base64url(hashing.hmacSha256(key, sealed));
}

function writeTime(head: Uint8Array, now: number): void {
  let rest = now;
  for (let at = TIME_OCTETS - 1; at >= 0; at -= 1) {
    head[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

/** Called for sealed heads only, which are ours and well formed. */
function readTime(head: string): number {
  return parseBase64url(head)
    .subarray(0, TIME_OCTETS)
    .reduce((time, octet) => time * 256 + octet, 0);
}
