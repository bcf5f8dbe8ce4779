/** What a machine offers, as far as the tests of the core need it. */
import { createHash, createHmac } from "node:crypto";
import { gunzipSync, inflateSync } from "node:zlib";
import {
  base64url,
  type Hashing,
  type Inflate,
  octetBytes,
  octetText,
  type Random,
} from "@parlance/wire";
import type { Sealing } from "../ports/index.ts";

export const hashing: Hashing = {
  hash: (algorithm, text) =>
    createHash(algorithm === "sha-512-256" ? "sha512-256" : algorithm.replace("-", ""))
      .update(text)
      .digest("hex"),
  hmacSha256: (key, data) => new Uint8Array(createHmac("sha256", key).update(data).digest()),
};

export const inflate: Inflate = (bytes, encoding, limitBytes) => {
  try {
    const undo = encoding === "gzip" ? gunzipSync : inflateSync;
    return new Uint8Array(undo(bytes, { maxOutputLength: limitBytes }));
  } catch {
    return undefined;
  }
};

/** The same sequence for the same seed. */
export class SeededRandom implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.#next());
  }

  token(bits: number): string {
    return base64url(this.bytes(Math.ceil(bits / 8)));
  }

  #next(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state >>> 24;
  }
}

/** Hides nothing, but opens only what it has sealed. */
export function testSealing(purpose: string): Sealing {
  const start = `${purpose}:`;
  return {
    seal: (text) => octetBytes(`${start}${text}`),
    open: (sealed) => {
      const text = octetText(sealed);
      return text.startsWith(start) ? text.slice(start.length) : undefined;
    },
  };
}
