/** The one hash of a page that has `secretOf` of a password. */
import { sha256 } from "@noble/hashes/sha2.js";
import { hex, type PlainHashing, utf8Bytes } from "@parlance/wire";

/** That of `secretOf` alone: whoever shows a password itself needs those of `every-hash`. */
export const hashing: PlainHashing = {
  hash(algorithm, text) {
    if (algorithm !== "sha-256") throw new RangeError(`no ${algorithm} here`);
    return hex(sha256(octetsOf(text)));
  },
};

export function octetsOf(text: string | Uint8Array): Uint8Array {
  return typeof text === "string" ? utf8Bytes(text) : text;
}
