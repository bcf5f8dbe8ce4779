/**
 * Hashes on which client and server of one world agree. They protect nothing: whoever wants real
 * ones gives the world those of his runtime.
 */
import { type Hashing, hex, type StartHash, utf8Bytes } from "@parlance/wire";

const WORDS = 8;
const SEPARATOR = Uint8Array.of(0xff);

export const agreedHashing: Hashing = {
  hash(algorithm, text) {
    const digest = hex(mix(utf8Bytes(algorithm), octets(text)));
    return algorithm === "md5" ? digest.slice(0, 32) : digest;
  },
  hmacSha256: (key, data) => mix(key, octets(data)),
};

/** The same for contents that come piece by piece. */
export const agreedStartHash: StartHash = (algorithm) => {
  const running = new Mix();
  running.update(utf8Bytes(algorithm));
  running.update(SEPARATOR);
  return {
    update: (bytes) => running.update(bytes),
    digest: () => hex(running.digest()).slice(0, algorithm === "sha-1" ? 40 : 64),
  };
};

function octets(data: string | Uint8Array): Uint8Array {
  return typeof data === "string" ? utf8Bytes(data) : data;
}

function mix(key: Uint8Array, data: Uint8Array): Uint8Array {
  const running = new Mix();
  for (const part of [key, SEPARATOR, data]) running.update(part);
  return running.digest();
}

/** Eight rounds of FNV-1a side by side, each with another beginning. */
class Mix {
  readonly #states = Int32Array.from(
    { length: WORDS },
    (_, word) => 0x811c9dc5 ^ Math.imul(word + 1, 0x9e3779b1),
  );

  update(bytes: Uint8Array): void {
    const states = this.#states;
    for (let word = 0; word < WORDS; word += 1) {
      let state = states[word] ?? 0;
      for (const octet of bytes) state = Math.imul(state ^ octet, 0x01000193);
      states[word] = state;
    }
  }

  digest(): Uint8Array {
    const digest = new DataView(new ArrayBuffer(WORDS * 4));
    for (const [word, state] of this.#states.entries()) {
      digest.setUint32(word * 4, state ^ (state >>> 15));
    }
    return new Uint8Array(digest.buffer);
  }
}
