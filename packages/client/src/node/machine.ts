/** Time, chance, hashes and inflating of Node behind the ports of the SDK. */
import { createHash, hash, randomBytes } from "node:crypto";
import { Resolver as Dns, lookup } from "node:dns/promises";
import { gunzipSync, inflateSync } from "node:zlib";
import type { Resolver } from "@parlance/sip";
import type {
  Clock,
  HashAlgorithm,
  Inflate,
  PlainHashing,
  Random,
  StartHash,
} from "@parlance/wire";

const LONGEST_WAIT_MS = 2_147_483_647; // setTimeout takes no more

export const clock: Clock = {
  now: () => Date.now(),
  schedule(delayMs, run) {
    let timer: NodeJS.Timeout | undefined;
    const wait = (leftMs: number): void => {
      const waitMs = Math.min(leftMs, LONGEST_WAIT_MS);
      timer = setTimeout(() => (leftMs > waitMs ? wait(leftMs - waitMs) : run()), waitMs);
    };
    wait(delayMs);
    return () => clearTimeout(timer);
  },
};

export const random: Random = {
  bytes: (count) => new Uint8Array(randomBytes(count)),
  token: (bits) => randomBytes(Math.ceil(bits / 8)).toString("base64url"),
};

const NAMES: Readonly<Record<HashAlgorithm, string>> = {
  md5: "md5",
  "sha-256": "sha256",
  "sha-512-256": "sha512-256",
};

export const hashing: PlainHashing = {
  hash: (algorithm, text) => hash(NAMES[algorithm], text, "hex"),
};

export const startHash: StartHash = (algorithm) => {
  const running = createHash(algorithm === "sha-1" ? "sha1" : "sha256");
  return {
    update: (bytes) => void running.update(bytes),
    digest: () => running.digest("hex"),
  };
};

export const inflate: Inflate = (bytes, encoding, limitBytes) => {
  try {
    const undo = encoding === "gzip" ? gunzipSync : inflateSync;
    return new Uint8Array(undo(bytes, { maxOutputLength: limitBytes }));
  } catch {
    return undefined; // broken or too large: the answer is the same
  }
};

/** Somebody waits for the connection: a name server that is silent gets two tries. */
const dns = new Dns({ timeout: 2_000, tries: 2 });

export const resolver: Resolver = {
  naptr: (name) => emptyWhenAbsent(dns.resolveNaptr(name)),
  async srv(name) {
    const records = await emptyWhenAbsent(dns.resolveSrv(name));
    return records.map(({ name: target, ...rest }) => ({ ...rest, target }));
  },
  async addresses(name) {
    const found = await emptyWhenAbsent(lookup(name, { all: true }));
    return found.map(({ address }) => address);
  },
};

/** The last: this machine has no name server, and may still know names of its own. */
const ABSENT: ReadonlySet<string> = new Set(["ENODATA", "ENOTFOUND", "ECONNREFUSED"]);

async function emptyWhenAbsent<T>(answer: Promise<T[]>): Promise<T[]> {
  try {
    return await answer;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (ABSENT.has(code)) return [];
    throw error;
  }
}
