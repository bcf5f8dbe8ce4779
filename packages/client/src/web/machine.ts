/** Time, chance and hashes of files in a browser behind the ports of the SDK. */
import { sha1 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { base64url, type Clock, hex, type Random, type StartHash } from "@parlance/wire";

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

/** Web Crypto wants a file whole, which it may be too large for. */
export const startHash: StartHash = (algorithm) => {
  const running = algorithm === "sha-1" ? sha1.create() : sha256.create();
  return {
    update: (bytes) => void running.update(bytes),
    digest: () => hex(running.digest()),
  };
};
