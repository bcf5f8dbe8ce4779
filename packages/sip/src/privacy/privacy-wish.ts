/** What the Privacy header asks for. RFC 3323 §4.2, RFC 3325 §9.3, RFC 7044 §10.1 */

import { FormatError } from "@parlance/wire";

export type PrivacyLevel = "id" | "user" | "header" | "session" | "history";

export interface PrivacyWish {
  readonly levels: ReadonlySet<PrivacyLevel>;
  /** Rather fail than do less. */
  readonly critical: boolean;
  /** Nothing is to be hidden, and nobody is to change that. */
  readonly none: boolean;
}

const LEVELS: ReadonlyMap<string, PrivacyLevel> = new Map(
  (["id", "user", "header", "session", "history"] as const).map((level) => [level, level]),
);

export const NO_PRIVACY: PrivacyWish = { levels: new Set(), critical: false, none: false };

/** Unknown values are not for us. Throws `FormatError` for "none" beside a level. RFC 3323 §4.2 */
export function readPrivacy(values: readonly string[] | undefined): PrivacyWish {
  if (values === undefined) return NO_PRIVACY;
  const words = values.map((value) => value.toLowerCase());
  const levels = new Set(words.flatMap((word) => LEVELS.get(word) ?? []));
  const none = words.includes("none");
  if (none && levels.size > 0) throw new FormatError("Privacy", 0, "none together with a level");
  return { levels, critical: words.includes("critical"), none };
}

/** The values that are left when some levels have been provided; undefined removes the header. */
export function remainingPrivacy(
  values: readonly string[],
  provided: readonly PrivacyLevel[],
): readonly string[] | undefined {
  const done: ReadonlySet<string> = new Set(provided);
  const left = values.filter((value) => !done.has(value.toLowerCase()));
  return left.every((value) => value.toLowerCase() === "critical") ? undefined : left; // RFC 3323 §5
}
