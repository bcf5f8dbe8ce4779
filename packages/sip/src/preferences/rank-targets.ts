/** Which contacts of a user a request goes to, best first. RFC 3841 §7.2.4 */

import { type CallerPreferences, scoreOf } from "./caller-preferences.ts";
import type { Features } from "./features.ts";

/** A contact that could be used. */
export interface Target {
  readonly features: Features;
  /** The preference of the callee, on any one scale. */
  readonly q: number;
}

export interface Ranked<T extends Target> {
  readonly target: T;
  /** The preference of the caller, 0 to 1: the order among targets of the same q. */
  readonly preference: number;
}

/**
 * Removes what the caller does not want and sorts the rest. A contact that tells no features at all
 * is immune: it stays, with full preference (RFC 3841 §7.2.3).
 */
export function rankTargets<T extends Target>(
  targets: readonly T[],
  preferences: CallerPreferences,
): readonly Ranked<T>[] {
  const ranked: Ranked<T>[] = [];
  for (const target of targets) {
    const preference = preferenceFor(target.features, preferences);
    if (preference !== undefined) ranked.push({ target, preference });
  }
  if (ranked.length === 0 && preferences.implicit) {
    // Let the devices say 405 or 489 themselves. RFC 3841 §7.2.4
    return best(targets.map((target) => ({ target, preference: 1 })));
  }
  return best(ranked);
}

/** The caller's preference for a contact, or undefined when the contact is to be left out. */
export function preferenceFor(
  features: Features,
  { accept, reject }: CallerPreferences,
): number | undefined {
  if (features.size === 0) return 1; // immune
  for (const predicate of reject) {
    // Only a device that speaks of every rejected feature can be rejected by it.
    if (predicate.terms.some(({ tag }) => !features.has(tag))) continue;
    if (scoreOf(predicate, features) !== undefined) return undefined;
  }
  let sum = 0;
  let matched = 0;
  for (const predicate of accept) {
    const score = scoreOf(predicate, features);
    if (score === undefined) {
      if (predicate.require) return undefined;
      continue; // out of the matching set
    }
    if (score < 1 && predicate.explicit) {
      if (predicate.require) return undefined;
      matched += 1; // counts as zero
      continue;
    }
    sum += score;
    matched += 1;
  }
  if (matched > 0) return sum / matched;
  return accept.length === 0 ? 1 : 0; // wanted nothing, or matched nothing of what was wanted
}

/** By q, then by preference; equal ones keep their order (most lately refreshed first, say). */
function best<T extends Target>(ranked: readonly Ranked<T>[]): readonly Ranked<T>[] {
  if (ranked.length < 2) return ranked;
  return ranked.toSorted((a, b) => b.target.q - a.target.q || b.preference - a.preference);
}
