/** The hashes with which a server may ask for a password. RFC 8760 */
import { md5 } from "@noble/hashes/legacy.js";
import { sha512_256 } from "@noble/hashes/sha2.js";
import { hex, type PlainHashing } from "@parlance/wire";
import { octetsOf, hashing as usual } from "./usual-hash.ts";

/** Digest needs its hashes at once, and MD5 as well: Web Crypto gives neither. */
export const hashing: PlainHashing = {
  hash(algorithm, text) {
    switch (algorithm) {
      case "sha-256":
        return usual.hash(algorithm, text);
      case "sha-512-256":
        return hex(sha512_256(octetsOf(text)));
      case "md5":
        return hex(md5(octetsOf(text)));
    }
  },
};
