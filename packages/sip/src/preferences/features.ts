/** The features of a device, as its Contact tells them. RFC 3840 §5, §9, RFC 3841 §7.2.3 */

import { FormatError } from "@parlance/wire";
import { type FeatureValue, parseFeatureValues } from "./feature-value.ts";

/**
 * Feature parameter name, in lower case and as it stands in the header (`audio`, `+g.oma.sip-im`), to
 * the values that hold. Both sides of a match write a tag in the same way, because the plus form of
 * a base tag is illegal (RFC 3841 §7.2.3), so nothing is gained by decoding names to RFC 2506.
 */
export type Features = ReadonlyMap<string, readonly FeatureValue[]>;

export const NO_FEATURES: Features = new Map();

/** The tags that stand without a plus. RFC 3840 §9 */
const BASE_TAGS: ReadonlySet<string> = new Set([
  "audio",
  "automata",
  "class",
  "duplex",
  "data",
  "control",
  "mobility",
  "description",
  "events",
  "priority",
  "methods",
  "schemes",
  "application",
  "video",
  "language",
  "type",
  "isfocus",
  "actor",
  "text",
  "extensions",
]);

/** Whether a Contact, Accept-Contact or Reject-Contact parameter of this name tells a feature. */
export function isFeatureParam(name: string): boolean {
  return name.startsWith("+") || BASE_TAGS.has(name.toLowerCase());
}

/**
 * Compiles header parameters into features; other parameters are passed over. Throws `FormatError`
 * for a broken value and for a tag told twice (RFC 3840 §9: one instance of any feature tag).
 */
export function parseFeatures(params: Iterable<readonly [string, string]>): Features {
  let features: Map<string, readonly FeatureValue[]> | undefined;
  for (const [name, text] of params) {
    if (!isFeatureParam(name)) continue;
    const tag = name.toLowerCase();
    features ??= new Map();
    if (features.has(tag)) throw new FormatError("feature parameter", 0, `repeated ${tag}`);
    features.set(tag, parseFeatureValues(text));
  }
  return features ?? NO_FEATURES;
}
