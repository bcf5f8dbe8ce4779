/** Time, chance and hashes of a browser behind the ports of the SDK. */
import { hmac } from "@noble/hashes/hmac.js";
import { md5, sha1 } from "@noble/hashes/legacy.js";
import { sha256, sha512_256 } from "@noble/hashes/sha2.js";
import {
  base64url,
  type Clock,
  type HashAlgorithm,
  type Hashing,
  hex,
  type Random,
  type StartHash,
  utf8Bytes,
} from "@parlance/wire";

const LONGEST_WAIT_MS = 2_147_483_647; // setTimeout takes no more

export const clock: Clock = {
  now: () => Date.now(),
  schedule(delayMs, run) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const wait = (leftMs: number): void => {
      const waitMs = Math.min(leftMs, LONGEST_WAIT_MS);
      timer = setTimeout(() => (leftMs > waitMs ? wait(leftMs - waitMs) : run()), waitMs);
    };
    wait(delayMs);
    return () => clearTimeout(timer);
  },
};

export const random: Random = {
  bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
  token: (bits) => base64url(random.bytes(Math.ceil(bits / 8))),
};

/** Digest needs its hashes at once, and MD5 as well: Web Crypto gives neither. RFC 8760 */
const HASHES: Readonly<Record<HashAlgorithm, (bytes: Uint8Array) => Uint8Array>> = {
  md5,
  "sha-256": sha256,
  "sha-512-256": sha512_256,
};

export const hashing: Hashing = {
  hash: (algorithm, text) => hex(HASHES[algorithm](octetsOf(text))),
  hmacSha256: (key, data) => hmac(sha256, key, octetsOf(data)),
};

/** Web Crypto wants a file whole, which it may be too large for. */
export const startHash: StartHash = (algorithm) => {
  const running = algorithm === "sha-1" ? sha1.create() : sha256.create();
  return {
    update: (bytes) => void running.update(bytes),
    digest: () => hex(running.digest()),
  };
};

function octetsOf(text: string | Uint8Array): Uint8Array {
  return typeof text === "string" ? utf8Bytes(text) : text;
}
