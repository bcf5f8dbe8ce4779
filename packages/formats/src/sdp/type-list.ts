/** Lists of media types in accept-types and accept-wrapped-types, and what two of them share. RFC 4975 §8.6 */
import { FormatError } from "@parlance/wire";
import { hasControl } from "../characters.ts";
import { FORMAT } from "./lines.ts";

/** Any type, also one that is not listed. */
export const ANY_TYPE = "*";

const CPIM = "message/cpim";
const ESSENCE = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+\/[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Entries in their order, type and subtype in lower case, parameters as written; no entry twice. */
export function readTypeList(value: string): readonly string[] {
  const entries = new Set<string>();
  for (const word of splitOutsideQuotes(value)) {
    const essence = essenceOf(word).toLowerCase();
    if (!isEntry(word)) throw new FormatError(FORMAT, 0, "expected a list of media types");
    entries.add(essence + word.slice(essence.length));
  }
  return [...entries];
}

export function writeTypeList(types: readonly string[]): string {
  for (const type of types) {
    if (!isEntry(type)) throw new RangeError(`not a media type: ${type}`);
  }
  return types.join(" ");
}

/**
 * What both lists take, in the order of the first, but `message/cpim` at the beginning and wildcards at
 * the end. An entry `*` or `text/*` on one side takes the entries of the other. Parameters do not
 * count. RFC 4975 §8.6
 */
export function commonTypes(
  first: readonly string[],
  second: readonly string[],
): readonly string[] {
  const other = new Index(second);
  const common = new Map<string, string>();
  const add = (type: string): void => {
    const essence = essenceOf(type);
    if (!common.has(essence)) common.set(essence, type);
  };
  for (const type of new Map(first.map((one) => [essenceOf(one), one])).values()) {
    if (other.takes(essenceOf(type))) add(type);
    for (const narrower of other.within(essenceOf(type))) add(narrower);
  }
  return [...common.values()].toSorted((one, two) => rank(one) - rank(two));
}

function rank(type: string): number {
  const essence = essenceOf(type);
  if (essence === CPIM) return 0;
  return essence === ANY_TYPE || essence.endsWith("/*") ? 2 : 1;
}

/** Whether the list takes a body of that type; `essence` is `type/subtype` in lower case. */
export function takesType(types: readonly string[], essence: string): boolean {
  const family = familyOf(essence);
  return types.some((type) => {
    const entry = essenceOf(type);
    return entry === ANY_TYPE || entry === family || entry === essence;
  });
}

/** Without parameters. */
export function essenceOf(type: string): string {
  const semicolon = type.indexOf(";");
  return semicolon === -1 ? type : type.slice(0, semicolon);
}

/** A quote without end would take the entries behind it along. */
function isEntry(text: string): boolean {
  const essence = essenceOf(text);
  if (essence !== ANY_TYPE && !ESSENCE.test(essence)) return false;
  const [whole, ...more] = splitOutsideQuotes(text);
  return whole === text && more.length === 0 && quotesEnd(text) && !hasControl(text);
}

class Index {
  readonly #essences: ReadonlySet<string>;
  readonly #families = new Map<string, string[]>();
  readonly #all: readonly string[];

  constructor(types: readonly string[]) {
    this.#all = types;
    this.#essences = new Set(types.map(essenceOf));
    for (const type of types) {
      const family = familyOf(essenceOf(type));
      const members = this.#families.get(family);
      if (members === undefined) this.#families.set(family, [type]);
      else members.push(type);
    }
  }

  takes(essence: string): boolean {
    return [ANY_TYPE, familyOf(essence), essence].some((entry) => this.#essences.has(entry));
  }

  /** The entries that a wildcard covers. */
  within(essence: string): readonly string[] {
    if (essence === ANY_TYPE) return this.#all;
    return essence.endsWith("/*") ? (this.#families.get(essence) ?? []) : [];
  }
}

/** `text/*` for `text/plain`. */
function familyOf(essence: string): string {
  const slash = essence.indexOf("/");
  return slash === -1 ? essence : `${essence.slice(0, slash)}/*`;
}

/** A quoted parameter may hold blanks. */
export function* splitOutsideQuotes(text: string): Iterable<string> {
  let start = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quoted && character === "\\") at += 1;
    else if (character === '"') quoted = !quoted;
    else if (character === " " && !quoted) {
      if (at > start) yield text.slice(start, at);
      start = at + 1;
    }
  }
  if (start < text.length) yield text.slice(start);
}

function quotesEnd(text: string): boolean {
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    if (quoted && text[at] === "\\") at += 1;
    else if (text[at] === '"') quoted = !quoted;
  }
  return !quoted;
}
