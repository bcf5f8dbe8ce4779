/** What devices can do and what callers want of them. RFC 3840, RFC 3841 */
export {
  type CallerPreferences,
  explicitPreferences,
  implicitPreferences,
  type ParamEntries,
  type Predicate,
  type Term,
} from "./caller-preferences.ts";
export {
  type FeatureValue,
  formatFeatureValues,
  parseFeatureValues,
  valuesMeet,
} from "./feature-value.ts";
export { type Features, isFeatureParam, NO_FEATURES, parseFeatures } from "./features.ts";
export { PreferenceCache } from "./preference-cache.ts";
export { preferenceFor, type Ranked, rankTargets, type Target } from "./rank-targets.ts";
export { type Disposition, readDisposition } from "./request-disposition.ts";
