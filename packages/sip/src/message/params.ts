/** Parameters of a header value or a URI: in order, names without regard to case. RFC 3261 §7.3.1 */
import { FormatError } from "@parlance/wire";
import { BARE_VALUE, isAll, isToken, URI_PARAM } from "./characters.ts";
import { escape } from "./escapes.ts";

/** What the text around the parameters demands: quotes in a header, escapes in a URI. */
export type ParamsForm = "header" | "uri";

export interface Param {
  /** Lower case, escapes undone. */
  readonly name: string;
  /** Without quotes and escapes; empty when there is no value. */
  readonly value: string;
  /** Name and value as they came, so that they leave the same. */
  readonly spelling: string;
  readonly raw: string | undefined;
  /** Where that spelling is right; `undefined` for what was made here. */
  readonly form: ParamsForm | undefined;
}

/** From so many on, repeats are looked for with a set. */
const MANY = 16;

export class Params {
  static readonly none: Params = new Params([]);

  readonly #entries: readonly Param[];

  private constructor(entries: readonly Param[]) {
    this.#entries = entries;
  }

  /** Made here: a name alone, or a name and a value. */
  static of(...entries: readonly (readonly [name: string, value?: string])[]): Params {
    let params = Params.none;
    for (const [name, value] of entries) params = params.with(name, value ?? "");
    return params;
  }

  /** As read; throws `FormatError` when a name comes twice. */
  static read(format: string, entries: readonly Param[]): Params {
    if (entries.length === 0) return Params.none;
    if (hasRepeated(entries)) throw new FormatError(format, 0, "a parameter is repeated");
    return new Params(entries);
  }

  get size(): number {
    return this.#entries.length;
  }

  /** The value without quotes and escapes; empty for a name alone; `undefined` when absent. */
  get(name: string): string | undefined {
    return this.#find(name)?.value;
  }

  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  *entries(): IterableIterator<readonly [name: string, value: string]> {
    for (const { name, value } of this.#entries) yield [name, value];
  }

  /** In its place when the name is there already, else at the end. */
  with(name: string, value = ""): Params {
    const lower = name.toLowerCase();
    const entry = { name: lower, value, spelling: lower, raw: undefined, form: undefined };
    return new Params(put(this.#entries, entry));
  }

  /** For values that must stand in quotes whatever they hold, as feature tags do. RFC 3840 §9 */
  withQuoted(name: string, value: string): Params {
    const lower = name.toLowerCase();
    if (!isToken(lower)) throw new RangeError(`not a parameter name: ${name}`);
    const entry: Param = { name: lower, value, spelling: name, raw: quote(value), form: "header" };
    return new Params(put(this.#entries, entry));
  }

  without(name: string): Params {
    if (!this.has(name)) return this;
    const wanted = name.toLowerCase();
    return new Params(this.#entries.filter((entry) => entry.name !== wanted));
  }

  /** With a semicolon before each, as they stand after a header value or a URI. */
  format(form: ParamsForm): string {
    let text = "";
    for (const entry of this.#entries) text += `;${writeParam(entry, form)}`;
    return text;
  }

  /** Each as it is written, without what separates them. */
  formatEach(form: ParamsForm): readonly string[] {
    return this.#entries.map((entry) => writeParam(entry, form));
  }

  #find(name: string): Param | undefined {
    for (const entry of this.#entries) if (entry.name === name) return entry;
    const lower = name.toLowerCase();
    return lower === name ? undefined : this.#find(lower);
  }
}

/** A quoted-string. RFC 3261 §25.1 */
export function quote(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

function put(entries: readonly Param[], entry: Param): readonly Param[] {
  const at = entries.findIndex(({ name }) => name === entry.name);
  return at === -1 ? [...entries, entry] : entries.with(at, entry);
}

function writeParam(entry: Param, form: ParamsForm): string {
  if (entry.form === form) {
    return entry.raw === undefined ? entry.spelling : `${entry.spelling}=${entry.raw}`;
  }
  if (form === "uri") {
    const name = escape(entry.name, URI_PARAM);
    return entry.value === "" ? name : `${name}=${escape(entry.value, URI_PARAM)}`;
  }
  if (!isToken(entry.name)) throw new RangeError(`not a parameter name: ${entry.name}`);
  if (entry.value === "") return entry.name;
  const plain = isAll(BARE_VALUE, entry.value);
  return `${entry.name}=${plain ? entry.value : quote(entry.value)}`;
}

function hasRepeated(entries: readonly Param[]): boolean {
  if (entries.length > MANY) return new Set(entries.map(({ name }) => name)).size < entries.length;
  for (let one = 1; one < entries.length; one += 1) {
    for (let other = 0; other < one; other += 1) {
      if (entries[one]?.name === entries[other]?.name) return true;
    }
  }
  return false;
}
