/** Changes single headers of a CPIM message; every other octet stays as it was. RFC 3862 §2.2 */
import { concatBytes, utf8Bytes } from "@parlance/wire";
import type { Extension } from "./cpim.ts";
import { writeHeader } from "./format-cpim.ts";
import { CPIM_LIMITS, FORMAT, type HeaderLine, readHead } from "./head.ts";
import { formatNamedUri, type NamedUri } from "./named-uri.ts";
import { CPIM_HEADERS, type HeaderName, Namespaces } from "./names.ts";
import { freePrefix } from "./prefixes.ts";

/** What is left out stays as it is; `[]` takes the lines away. */
export interface CpimChanges {
  readonly from?: NamedUri;
  readonly to?: readonly NamedUri[];
  readonly cc?: readonly NamedUri[];
  readonly dateTime?: string;
  readonly remove?: readonly Removal[];
  /** Each goes before the headers of the same name, or behind all others when there are none. */
  readonly add?: readonly Extension[];
}

export interface Removal {
  readonly namespace: string;
  readonly name: string;
  /** Only the topmost one, as when a route is followed; otherwise all of them. */
  readonly onlyFirst?: boolean;
}

/** Throws `FormatError` when the octets are no CPIM message. */
export function editCpim(bytes: Uint8Array, changes: CpimChanges): Uint8Array<ArrayBuffer> {
  const { lines, linesEnd } = readHead(bytes, CPIM_LIMITS);
  const edit = new Edit(bytes, lines, linesEnd);
  const { from, to, cc, dateTime } = changes;
  // Each is put in first of all when there is none yet: there no NS header has a say.
  if (dateTime !== undefined) edit.replace("DateTime", [dateTime]);
  if (cc !== undefined) edit.replace("cc", cc.map(formatNamedUri));
  if (to !== undefined) edit.replace("To", to.map(formatNamedUri));
  if (from !== undefined) edit.replace("From", [formatNamedUri(from)]);
  for (const removal of changes.remove ?? []) edit.remove(removal);
  for (const extension of changes.add ?? []) edit.add(extension);
  return edit.done();
}

interface NamedLine {
  readonly line: HeaderLine;
  readonly name: HeaderName;
  /** What stands in its place; `undefined` while it is untouched. */
  replacement: string | undefined;
  before: string;
}

class Edit {
  readonly #bytes: Uint8Array;
  readonly #lines: readonly NamedLine[];
  readonly #linesEnd: number;
  readonly #namespaces = new Namespaces(FORMAT);
  readonly #prefixes = new Set<string>();
  readonly #added = new Map<string, string>();
  #first = "";
  #last = "";

  constructor(bytes: Uint8Array, lines: readonly HeaderLine[], linesEnd: number) {
    this.#bytes = bytes;
    this.#linesEnd = linesEnd;
    this.#lines = lines.map((line) => {
      const name = this.#namespaces.resolve(line.name, line.start);
      if (name.namespace === CPIM_HEADERS && name.name === "NS") {
        this.#namespaces.declare(line.value, line.start);
      }
      this.#prefixes.add(name.prefix);
      return { line, name, replacement: undefined, before: "" };
    });
  }

  /** The values take the place of the first such line; further ones go. */
  replace(name: string, values: readonly string[]): void {
    const lines = this.#find(CPIM_HEADERS, name);
    const written = lines[0]?.line.name ?? name;
    const text = values.map((value) => writeHeader(written, value)).join("");
    if (lines[0] === undefined) this.#first = text + this.#first;
    for (const line of lines) line.replacement = "";
    if (lines[0] !== undefined) lines[0].replacement = text;
  }

  remove({ namespace, name, onlyFirst = false }: Removal): void {
    const lines = this.#find(namespace, name);
    for (const line of onlyFirst ? lines.slice(0, 1) : lines) line.replacement = "";
  }

  add(extension: Extension): void {
    const { namespace = "", name, value, parameters } = extension;
    const [present] = this.#find(namespace, name);
    if (present !== undefined) {
      // Its prefix is declared above it.
      present.before += writeHeader(present.line.name, value, parameters);
      return;
    }
    const prefix = this.#prefixOf(extension);
    this.#last += writeHeader(`${prefix}.${name}`, value, parameters);
  }

  done(): Uint8Array<ArrayBuffer> {
    const parts: Uint8Array[] = [utf8Bytes(this.#first)];
    let kept = 0;
    for (const { line, replacement, before } of this.#lines) {
      if (before === "" && replacement === undefined) continue;
      parts.push(this.#bytes.subarray(kept, line.start), utf8Bytes(before + (replacement ?? "")));
      kept = replacement === undefined ? line.start : line.end;
    }
    parts.push(this.#bytes.subarray(kept, this.#linesEnd), utf8Bytes(this.#last));
    return concatBytes(...parts, this.#bytes.subarray(this.#linesEnd));
  }

  #find(namespace: string, name: string): readonly NamedLine[] {
    return this.#lines.filter((one) => one.name.namespace === namespace && one.name.name === name);
  }

  /** A prefix for that namespace; declares one when there is none. */
  #prefixOf({ namespace = "", prefix }: HeaderName): string {
    const declared = this.#namespaces.prefixOf(namespace) ?? this.#added.get(namespace);
    if (declared !== undefined) return declared;
    const free = freePrefix(prefix, (one) => this.#prefixes.has(one));
    this.#prefixes.add(free);
    this.#added.set(namespace, free);
    const declaration = writeHeader("NS", `${free} <${namespace}>`);
    if (this.#namespaces.defaultChanged) this.#first += declaration;
    else this.#last += declaration;
    return free;
  }
}
