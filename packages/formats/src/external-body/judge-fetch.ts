/** Whether content that lies elsewhere may be fetched, and what it has to be then. RFC 4483 §5.7, §7 */
import { ANY_FILE, type FileSelector } from "../file-transfer/index.ts";
import type { ExternalBody } from "./external-body.ts";

export interface FetchRules {
  /** Epoch ms. */
  readonly now: number;
  /** `https` alone when left out: others promise nothing about what comes. RFC 4483 §7 */
  readonly schemes?: readonly string[];
  readonly mostBytes?: number;
}

/** Everything but `fetch` says why not; that the user wants it is for the caller to know. */
export type FetchVerdict = "fetch" | "expired" | "scheme not allowed" | "too large";

export function judgeFetch(body: ExternalBody, rules: FetchRules): FetchVerdict {
  const { now, schemes = ["https"], mostBytes = Number.POSITIVE_INFINITY } = rules;
  const scheme = body.url.slice(0, body.url.indexOf(":")).toLowerCase();
  if (!schemes.includes(scheme)) return "scheme not allowed";
  if (body.expiresAt !== undefined && now >= body.expiresAt) return "expired";
  if ((body.sizeBytes ?? 0) > mostBytes) return "too large";
  return "fetch";
}

/** What a `FileCheck` has to hold the fetched octets against: their number, and their SHA-1. RFC 4483 §7 */
export function announcedContent({ sizeBytes, hash }: ExternalBody): FileSelector {
  const hashes = hash === undefined ? [] : [{ algorithm: "sha-1", value: hash }];
  return { ...ANY_FILE, sizeBytes, hashes };
}
