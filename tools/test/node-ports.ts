/** The ports of hashing and chance that tests give to pure code, made of Node's own parts. */

import { createHash, createHmac, hash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import type { Hashing, Random } from "@parlance/wire";
import { base64url } from "@parlance/wire";

const NAMES = { md5: "md5", "sha-256": "sha256", "sha-512-256": "sha512-256" } as const;

export const hashing: Hashing = {
  hash: (algorithm, text) => hash(NAMES[algorithm], text, "hex"),
  hmacSha256: (key, data) => createHmac("sha256", key).update(data).digest(),
};

/** Octets that look random and are the same in every run. */
export function seededRandom(seed: string): Random {
  let drawn = 0;
  const bytes = (count: number): Uint8Array => {
    const octets = new Uint8Array(count);
    for (let at = 0; at < count; at += 32) {
      drawn += 1;
      const block = createHash("sha256").update(`${seed} ${drawn}`).digest();
      octets.set(block.subarray(0, count - at), at);
    }
    return octets;
  };
  return { bytes, token: (bits) => base64url(bytes(Math.ceil(bits / 8))) };
}

/** A corpus file, or undefined with a notice when the corpora are not on this machine. */
export function corpusFile(t: TestContext, name: string): string | undefined {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const folder = process.env["PARLANCE_CORPORA"] ?? `${root}/../shared/corpora`;
  try {
    return readFileSync(`${folder}/${name}`, "utf8");
  } catch {
    t.diagnostic(`corpus ${name} is not here`);
    return undefined;
  }
}
