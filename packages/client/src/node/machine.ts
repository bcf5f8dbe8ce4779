/** Time, chance, hashes and inflating of Node behind the ports of the SDK. */
import { createHmac, hash, randomBytes } from "node:crypto";
import { lookup, resolveNaptr, resolveSrv } from "node:dns/promises";
import { gunzipSync, inflateSync } from "node:zlib";
import type { Resolver } from "@parlance/sip";
import type { Clock, HashAlgorithm, Hashing, Inflate, Random } from "@parlance/wire";

const LONGEST_WAIT_MS = 2_147_483_647; // setTimeout takes no more

export const clock: Clock = {
  now: () => Date.now(),
  schedule(delayMs, run) {
    const timer = setTimeout(run, Math.min(delayMs, LONGEST_WAIT_MS));
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

export const hashing: Hashing = {
  hash: (algorithm, text) => hash(NAMES[algorithm], text, "hex"),
  hmacSha256: (key, data) => new Uint8Array(createHmac("sha256", key).update(data).digest()),
};

export const inflate: Inflate = (bytes, encoding, limitBytes) => {
  try {
    const undo = encoding === "gzip" ? gunzipSync : inflateSync;
    return new Uint8Array(undo(bytes, { maxOutputLength: limitBytes }));
  } catch {
    return undefined; // broken or too large: the answer is the same
  }
};

export const resolver: Resolver = {
  naptr: (name) => emptyWhenAbsent(resolveNaptr(name)),
  async srv(name) {
    const records = await emptyWhenAbsent(resolveSrv(name));
    return records.map(({ name: target, ...rest }) => ({ ...rest, target }));
  },
  async addresses(name) {
    const found = await emptyWhenAbsent(lookup(name, { all: true }));
    return found.map(({ address }) => address);
  },
};

const ABSENT: ReadonlySet<string> = new Set(["ENODATA", "ENOTFOUND"]);

async function emptyWhenAbsent<T>(answer: Promise<T[]>): Promise<T[]> {
  try {
    return await answer;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (ABSENT.has(code)) return [];
    throw error;
  }
}
