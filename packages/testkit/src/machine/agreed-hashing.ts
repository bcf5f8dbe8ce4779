/**
 * Hashes on which client and server of one world agree. They protect nothing: whoever wants real
 * ones gives the world those of his runtime.
 */
import { concatBytes, type Hashing, hex, utf8Bytes } from "@parlance/wire";

const WORDS = 8;

export const agreedHashing: Hashing = {
  hash(algorithm, text) {
    const digest = hex(mix(utf8Bytes(algorithm), octets(text)));
    return algorithm === "md5" ? digest.slice(0, 32) : digest;
  },
  hmacSha256: (key, data) => mix(key, octets(data)),
};

function octets(data: string | Uint8Array): Uint8Array {
  return typeof data === "string" ? utf8Bytes(data) : data;
}

/** Eight rounds of FNV-1a, each with another beginning. */
function mix(key: Uint8Array, data: Uint8Array): Uint8Array {
  const bytes = concatBytes(key, Uint8Array.of(0xff), data);
  const digest = new DataView(new ArrayBuffer(WORDS * 4));
  for (let word = 0; word < WORDS; word += 1) {
    let state = 0x811c9dc5 ^ Math.imul(word + 1, 0x9e3779b1);
    for (const octet of bytes) state = Math.imul(state ^ octet, 0x01000193);
    digest.setUint32(word * 4, state ^ (state >>> 15));
  }
  return new Uint8Array(digest.buffer);
}
