/** Hashes of contents that come piece by piece, by OpenSSL. */
import { createHash } from "node:crypto";
import type { StartHash } from "@parlance/wire";

export const startHash: StartHash = (algorithm) => {
  const hash = createHash(algorithm === "sha-1" ? "sha1" : "sha256");
  return {
    update: (bytes) => void hash.update(bytes),
    digest: () => hash.digest("hex"),
  };
};
