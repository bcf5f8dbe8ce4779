/** What the caller wants of a device, compiled from Accept-Contact and Reject-Contact. RFC 3841 §7.2 */

import { FormatError } from "@parlance/wire";
import { type FeatureValue, valuesMeet } from "./feature-value.ts";
import { type Features, parseFeatures } from "./features.ts";

export interface Predicate {
  readonly terms: readonly Term[];
  readonly require: boolean;
  readonly explicit: boolean;
}

export interface Term {
  readonly tag: string;
  readonly values: readonly FeatureValue[];
}

export interface CallerPreferences {
  readonly accept: readonly Predicate[];
  readonly reject: readonly Predicate[];
  /** Guessed from method and event package: dropped rather than leaving nobody. RFC 3841 §7.2.4 */
  readonly implicit: boolean;
}

/** The parameters of one header value, in order. */
export type ParamEntries = Iterable<readonly [string, string]>;

const MAX_PREDICATES = 32; // each is tried on each contact

/** Compiles the values of both headers. Throws `FormatError`. */
export function explicitPreferences(
  accept: readonly ParamEntries[],
  reject: readonly ParamEntries[],
): CallerPreferences {
  if (accept.length + reject.length > MAX_PREDICATES) {
    throw new FormatError("Accept-Contact", 0, "too many values");
  }
  return {
    accept: accept.map((params) => readPredicate(params)),
    // Reject-Contact knows neither flag. RFC 3841 §10
    reject: reject.map((params) => ({ ...readPredicate(params), require: false, explicit: false })),
    implicit: false,
  };
}

/** What a request without either header still says by its method and event package. RFC 3841 §7.2.2 */
export function implicitPreferences(method: string, eventPackage?: string): CallerPreferences {
  const terms: Term[] = [{ tag: "methods", values: [asToken(method)] }]; // RFC 3841 §7.2.2.1
  if (eventPackage !== undefined) terms.push({ tag: "events", values: [asToken(eventPackage)] }); // §7.2.2.2
  return { accept: [{ terms, require: true, explicit: false }], reject: [], implicit: true };
}

/** The score of a contact against one predicate; undefined where a value contradicts it. §7.2.4 */
export function scoreOf(predicate: Predicate, features: Features): number | undefined {
  let present = 0;
  for (const { tag, values } of predicate.terms) {
    const offered = features.get(tag);
    if (offered === undefined) continue; // says nothing about it: no contradiction, no score
    if (!valuesMeet(values, offered)) return undefined;
    present += 1;
  }
  return predicate.terms.length === 0 ? 1 : present / predicate.terms.length;
}

function readPredicate(params: ParamEntries): Predicate {
  const entries = [...params];
  return {
    terms: [...parseFeatures(entries)].map(([tag, values]) => ({ tag, values })),
    require: flag(entries, "require"),
    explicit: flag(entries, "explicit"),
  };
}

/** RFC 3841 §10: not more than one of either. */
function flag(entries: readonly (readonly [string, string])[], name: string): boolean {
  const found = entries.filter(([key]) => key.toLowerCase() === name);
  if (found.length > 1) throw new FormatError("Accept-Contact", 0, `repeated ${name}`);
  return found.length === 1;
}

function asToken(text: string): FeatureValue {
  return { kind: "token", token: text.toLowerCase(), negated: false };
}
