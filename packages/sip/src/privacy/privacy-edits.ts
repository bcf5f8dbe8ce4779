/** What has to change in a message before it goes to a peer. RFC 3323 §5, RFC 3325 §5, §7 */

import type { PrivacyLevel, PrivacyWish } from "./privacy-wish.ts";

/** Inside the trust domain, or not: clients and foreign domains are not. RFC 3324 §2 */
export type Trust = "trusted" | "untrusted";

export type PrivacyEdit =
  | { readonly do: "remove header"; readonly name: string }
  /** From becomes the anonymous one, its tag kept. RFC 3323 §4.1.1.3 */
  | { readonly do: "hide From" }
  /** Provided here, so nobody else need do it. RFC 3323 §5 */
  | { readonly do: "strike level"; readonly level: PrivacyLevel };

export type PrivacyVerdict =
  | { readonly do: "edit"; readonly edits: readonly PrivacyEdit[] }
  /** The reason phrase names the levels that cannot be had. RFC 3323 §5 */
  | { readonly do: "refuse"; readonly status: 500; readonly reason: string };

/** Tell about the user and are needed by nobody. RFC 3323 §5.3 */
const INFORMATIVE = [
  "Subject",
  "Call-Info",
  "Organization",
  "User-Agent",
  "Reply-To",
  "In-Reply-To",
] as const;

/** Needs a back-to-back user agent around the whole dialog, which a relay is not. RFC 3323 §5.1, §5.2 */
const NOT_PROVIDED: readonly PrivacyLevel[] = ["header", "session"];

/**
 * The edits for one direction. The asserted identity leaves the trust domain in no case: to a peer
 * outside it would be a claim that cannot be checked, and with `id` it is a secret.
 */
export function judgePrivacy(wish: PrivacyWish, towards: Trust): PrivacyVerdict {
  const missing = NOT_PROVIDED.filter((level) => wish.levels.has(level));
  if (wish.critical && missing.length > 0) {
    return { do: "refuse", status: 500, reason: `Privacy not available: ${missing.join(" ")}` };
  }
  const edits: PrivacyEdit[] = [];
  if (towards === "untrusted") edits.push({ do: "remove header", name: "P-Asserted-Identity" }); // RFC 3325 §5
  edits.push({ do: "remove header", name: "P-Preferred-Identity" }); // RFC 3325 §9.2: first hop only
  if (wish.none) return { do: "edit", edits }; // RFC 3323 §5
  if (wish.levels.has("user")) {
    edits.push({ do: "hide From" });
    for (const name of INFORMATIVE) edits.push({ do: "remove header", name });
    edits.push({ do: "strike level", level: "user" });
  }
  const hidesHistory = wish.levels.has("history") || wish.levels.has("header");
  if (towards === "untrusted" && hidesHistory) {
    edits.push({ do: "remove header", name: "History-Info" }); // RFC 7044 §10.1.2
  }
  return { do: "edit", edits };
}

/**
 * What only a trusted peer may say; removed from everybody else, all instances, before anything is
 * read. RFC 3325 §5, RFC 7315, RFC 7044, RFC 3608, RFC 3327
 */
export const TRUSTED_HEADERS: readonly string[] = [
  "P-Asserted-Identity",
  "P-Access-Network-Info",
  "P-Associated-URI",
  "P-Charging-Function-Addresses",
  "P-Charging-Vector",
  "History-Info",
  "Path",
  "Service-Route",
];
