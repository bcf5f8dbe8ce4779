/** One value of a feature parameter, and whether two of them can be true at once. RFC 3840 §9 */

import { FormatError } from "@parlance/wire";

export type FeatureValue =
  /** Compared without case; TRUE and FALSE are tokens too. */
  | { readonly kind: "token"; readonly token: string; readonly negated: boolean }
  /** `#=4` is 4 to 4, `#>=4` is 4 to infinity. */
  | {
      readonly kind: "number";
      readonly low: number;
      readonly high: number;
      readonly negated: boolean;
    }
  /** `<PC>`: compared with case, never negated, never one of several. */
  | { readonly kind: "string"; readonly text: string };

/** What a feature parameter without a value says. RFC 3841 §8 */
export const TRUE: readonly FeatureValue[] = [{ kind: "token", token: "true", negated: false }];

const MAX_VALUES = 64; // methods and events together name fewer
/** More than token-nobang: devices put slashes and colons into their tags. */
const TOKEN = /^[^\s,"<>\\!#][^\s,"<>\\]*$/;
const NUMBER = /^[+-]?\d{1,15}(?:\.\d{0,15})?$/;

/** Reads the text between the quotes. Throws `FormatError`. */
export function parseFeatureValues(text: string): readonly FeatureValue[] {
  if (text === "") return TRUE;
  if (text.startsWith("<")) {
    if (!text.endsWith(">") || text.length < 2) return fail("string value has no end");
    const inside = text.slice(1, -1);
    if (/[<>]/.test(inside)) return fail("angle bracket inside a string value");
    return [{ kind: "string", text: inside }];
  }
  const values = text.split(",", MAX_VALUES + 1);
  if (values.length > MAX_VALUES) return fail("too many values");
  return values.map((value) => readTagValue(value.trim()));
}

/** Writes what stands between the quotes; undefined where the parameter stands alone. */
export function formatFeatureValues(values: readonly FeatureValue[]): string | undefined {
  const text = values.map(writeValue).join(",");
  return text === "TRUE" ? undefined : text;
}

/**
 * Whether some value satisfies one of `these` and one of `those`: the matching operation of
 * RFC 2533 §5 for a single tag.
 */
export function valuesMeet(
  these: readonly FeatureValue[],
  those: readonly FeatureValue[],
): boolean {
  return these.some((a) => those.some((b) => meets(a, b)));
}

function meets(a: FeatureValue, b: FeatureValue): boolean {
  if (a.kind === "string" || b.kind === "string") {
    if (a.kind === "string" && b.kind === "string") return a.text === b.text;
    // A string is neither a token nor a number, so it contradicts each and satisfies no such wish.
    const other = a.kind === "string" ? b : a;
    return other.kind !== "string" && other.negated;
  }
  if (a.kind === "number" && b.kind === "number") return rangesMeet(a, b);
  if (a.kind === "token" && b.kind === "token" && !(a.negated && b.negated)) {
    return (a.token === b.token) === (a.negated === b.negated);
  }
  return a.negated || b.negated; // of different kinds: whatever is excluded leaves the other
}

type Range = Extract<FeatureValue, { kind: "number" }>;

function rangesMeet(a: Range, b: Range): boolean {
  if (a.negated && b.negated) return !coversAll(a, b) && !coversAll(b, a);
  if (a.negated) return b.low < a.low || b.high > a.high;
  if (b.negated) return rangesMeet(b, a);
  return a.low <= b.high && b.low <= a.high;
}

/** Whether the two excluded ranges leave no number over. */
function coversAll(below: Range, above: Range): boolean {
  return below.low === -Infinity && above.high === Infinity && above.low <= below.high;
}

function readTagValue(text: string): FeatureValue {
  const negated = text.startsWith("!");
  const value = negated ? text.slice(1) : text;
  if (value.startsWith("#")) return { kind: "number", ...readRange(value.slice(1)), negated };
  if (!TOKEN.test(value)) return fail("not a token");
  return { kind: "token", token: value.toLowerCase(), negated };
}

function readRange(text: string): { low: number; high: number } {
  if (text.startsWith(">=")) return { low: readNumber(text.slice(2)), high: Infinity };
  if (text.startsWith("<=")) return { low: -Infinity, high: readNumber(text.slice(2)) };
  if (text.startsWith("=")) {
    const exact = readNumber(text.slice(1));
    return { low: exact, high: exact };
  }
  const colon = text.indexOf(":");
  if (colon === -1) return fail("expected a comparison or a range");
  return { low: readNumber(text.slice(0, colon)), high: readNumber(text.slice(colon + 1)) };
}

function readNumber(text: string): number {
  if (!NUMBER.test(text)) return fail("not a number");
  return Number(text); // safe: the pattern leaves only what an IEEE double can hold, RFC 3840 §9
}

function writeValue(value: FeatureValue): string {
  if (value.kind === "string") {
    if (/[<>"\\\r\n]/.test(value.text)) throw new RangeError("string value cannot be written");
    return `<${value.text}>`;
  }
  const sign = value.negated ? "!" : "";
  if (value.kind === "number") return `${sign}#${writeRange(value)}`;
  const { token } = value;
  if (!TOKEN.test(token)) throw new RangeError("token value cannot be written");
  return `${sign}${token === "true" || token === "false" ? token.toUpperCase() : token}`;
}

function writeRange({ low, high }: Range): string {
  if (high === Infinity) return `>=${writeNumber(low)}`;
  if (low === -Infinity) return `<=${writeNumber(high)}`;
  return low === high ? `=${writeNumber(low)}` : `${writeNumber(low)}:${writeNumber(high)}`;
}

/** Plain decimals only: the grammar knows no exponent. */
function writeNumber(value: number): string {
  const text = String(value);
  return text.includes("e") ? value.toFixed(15) : text;
}

function fail(reason: string): never {
  throw new FormatError("feature parameter", 0, reason);
}
