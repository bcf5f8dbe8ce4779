/** The patch that makes one document out of another. RFC 5261 §6 leaves it to us how. */
import {
  equalBytes,
  escapeXml,
  parseXml,
  utf8Bytes,
  utf8Text,
  type XmlAttribute,
  type XmlElement,
} from "@parlance/wire";
import {
  bindingsInScope,
  type ChildNode,
  childNodes,
  isWhiteSpace,
  writtenName,
} from "../xml-edit/index.ts";
import type { PatchOperation } from "./operation.ts";

/**
 * Changes of one place, as requests of XCAP make them, come out as small as they are; where more has
 * changed the element around it is replaced. `undefined` when either is no document, or when the
 * two differ outside their roots.
 */
export function makePatch(
  before: Uint8Array,
  after: Uint8Array,
): readonly PatchOperation[] | undefined {
  const old = parseXml(before);
  const now = parseXml(after);
  if (!old.ok || !now.ok) return undefined;
  const a = old.value.root;
  const b = now.value.root;
  const around =
    equalBytes(before.subarray(0, a.start), after.subarray(0, b.start)) &&
    equalBytes(before.subarray(a.end), after.subarray(b.end));
  return around ? new PatchMaker(before, after).compare([a], [b], "*") : undefined;
}

class PatchMaker {
  readonly #before: Uint8Array;
  readonly #after: Uint8Array;

  constructor(before: Uint8Array, after: Uint8Array) {
    this.#before = before;
    this.#after = after;
  }

  /** `sel` selects the last element of both paths. */
  compare(
    a: readonly XmlElement[],
    b: readonly XmlElement[],
    sel: string,
  ): readonly PatchOperation[] {
    const [old, now] = [last(a), last(b)];
    if (equalBytes(this.#octetsOf(old), this.#newOctetsOf(now))) return [];
    const bindings = bindingsInScope(b);
    const whole: PatchOperation = {
      do: "replace",
      sel,
      bindings: bindingsInScope(b.slice(0, -1)),
      content: this.#newOctetsOf(now),
    };
    if (!sameStart(old, now)) return [whole];
    const inside = this.#compareContent(a, b, sel, bindings);
    return inside === undefined
      ? [whole]
      : [...attributeChanges(old, now, sel, bindings), ...inside];
  }

  #compareContent(
    a: readonly XmlElement[],
    b: readonly XmlElement[],
    sel: string,
    bindings: ReadonlyMap<string, string>,
  ): readonly PatchOperation[] | undefined {
    const old = childNodes(this.#before, last(a));
    const now = childNodes(this.#after, last(b));
    let head = 0;
    while (head < old.length && head < now.length && this.#same(old[head], now[head])) head += 1;
    let tail = 0;
    const most = Math.min(old.length, now.length) - head;
    while (tail < most && this.#same(old.at(-1 - tail), now.at(-1 - tail))) tail += 1;
    const gone = old.slice(head, old.length - tail);
    const come = now.slice(head, now.length - tail);

    if (gone.length === 0 && come.length === 0) return [];
    if (gone.length === 0) return [this.#add(old, head, come, sel, bindings)];
    const removal = this.#remove(old, head, gone, come, sel, bindings);
    if (removal !== undefined) return [removal];
    const [one, another] = [gone[0], come[0]];
    if (gone.length > 1 || come.length !== 1 || one === undefined || another === undefined) {
      return undefined;
    }
    const place = `${sel}/${stepTo(old, head)}`;
    if (one.kind === "element" && another.kind === "element") {
      return this.compare([...a, one.element], [...b, another.element], place);
    }
    if (one.kind !== another.kind) return undefined;
    return [{ do: "replace", sel: place, bindings, content: this.#newOctetsOf(another) }];
  }

  /** Between the node before and the one behind; the first of which there is one is named. */
  #add(
    old: readonly ChildNode[],
    head: number,
    come: readonly ChildNode[],
    sel: string,
    bindings: ReadonlyMap<string, string>,
  ): PatchOperation {
    const content = this.#after.subarray(come[0]?.start ?? 0, come.at(-1)?.end ?? 0);
    const add = { do: "add", bindings, content } as const;
    if (head === old.length) return { ...add, sel, pos: "append" };
    if (head === 0) return { ...add, sel, pos: "prepend" };
    return { ...add, sel: `${sel}/${stepTo(old, head - 1)}`, pos: "after" };
  }

  /** One node, with white space beside it or without. */
  #remove(
    old: readonly ChildNode[],
    head: number,
    gone: readonly ChildNode[],
    come: readonly ChildNode[],
    sel: string,
    bindings: ReadonlyMap<string, string>,
  ): PatchOperation | undefined {
    const at = gone.findIndex(({ kind }) => kind !== "text");
    const node = gone[at];
    if (node === undefined) {
      if (gone.length !== 1 || come.length !== 0) return undefined;
      return { do: "remove", sel: `${sel}/${stepTo(old, head)}`, bindings, ws: undefined };
    }
    const [before, behind] = [gone[at - 1], gone[at + 1]];
    if (at > 1 || gone.length > at + 2 || (behind !== undefined && behind.kind !== "text")) {
      return undefined;
    }
    if (come.some(({ kind }) => kind !== "text") || come.length > 1) return undefined;
    const left = come[0] === undefined ? "" : utf8Text(this.#newOctetsOf(come[0]));
    const [b, e] = [this.#textOf(before), this.#textOf(behind)];
    const remove = { do: "remove", sel: `${sel}/${stepTo(old, head + at)}`, bindings } as const;
    if (left === b + e) return { ...remove, ws: undefined };
    if (left === b && isWhiteSpace(this.#before, behind)) return { ...remove, ws: "after" };
    if (left === e && isWhiteSpace(this.#before, before)) return { ...remove, ws: "before" };
    const both = isWhiteSpace(this.#before, before) && isWhiteSpace(this.#before, behind);
    return left === "" && both ? { ...remove, ws: "both" } : undefined;
  }

  #textOf(node: ChildNode | undefined): string {
    return node === undefined ? "" : utf8Text(this.#octetsOf(node));
  }

  #same(a: ChildNode | undefined, b: ChildNode | undefined): boolean {
    if (a === undefined || b === undefined || a.kind !== b.kind) return false;
    return equalBytes(this.#octetsOf(a), this.#newOctetsOf(b));
  }

  #octetsOf({ start, end }: { readonly start: number; readonly end: number }): Uint8Array {
    return this.#before.subarray(start, end);
  }

  #newOctetsOf({ start, end }: { readonly start: number; readonly end: number }): Uint8Array {
    return this.#after.subarray(start, end);
  }
}

/** Names, and the declarations that names inside depend on. */
function sameStart(a: XmlElement, b: XmlElement): boolean {
  return (
    writtenName(a) === writtenName(b) &&
    a.namespace === b.namespace &&
    a.declarations.length === b.declarations.length &&
    a.declarations.every(({ prefix, namespace }, at) => {
      const other = b.declarations[at];
      return other?.prefix === prefix && other.namespace === namespace;
    })
  );
}

function attributeChanges(
  old: XmlElement,
  now: XmlElement,
  sel: string,
  bindings: ReadonlyMap<string, string>,
): readonly PatchOperation[] {
  const before = new Map(old.attributes.map((one) => [nameOf(one), one.value]));
  const after = new Map(now.attributes.map((one) => [nameOf(one), one.value]));
  const operations: PatchOperation[] = [];
  for (const name of before.keys()) {
    if (after.has(name)) continue;
    operations.push({ do: "remove", sel: `${sel}/@${name}`, bindings, ws: undefined });
  }
  for (const [name, value] of after) {
    const known = before.get(name);
    if (known === undefined) {
      operations.push({ do: "add value", sel, bindings, type: `@${name}`, value });
    } else if (known !== value) {
      const content = utf8Bytes(escapeXml(value));
      operations.push({ do: "replace", sel: `${sel}/@${name}`, bindings, content });
    }
  }
  return operations;
}

function nameOf({ prefix, local }: XmlAttribute): string {
  return prefix === "" ? local : `${prefix}:${local}`;
}

/** Selects a node by its position among those of its kind. */
function stepTo(nodes: readonly ChildNode[], at: number): string {
  const kind = nodes[at]?.kind ?? "element";
  const position = nodes.slice(0, at + 1).filter((node) => node.kind === kind).length;
  return `${TESTS[kind]}[${position}]`;
}

const TESTS = {
  element: "*",
  text: "text()",
  comment: "comment()",
  instruction: "processing-instruction()",
} as const;

function last<T>(path: readonly T[]): T {
  const end = path.at(-1);
  if (end === undefined) throw new RangeError("path is empty");
  return end;
}
