/** One subscription to documents: what its watcher knows of them, and what he is owed. RFC 5875 §4.7 */
import {
  attributeValue,
  bindingsAround,
  type DocumentChange,
  formatXcapDiff,
  makePatch,
  readNode,
  XCAP_DIFF_TYPE,
  type XcapChange,
} from "@parlance/formats";
import { equalBytes, parseXml } from "@parlance/wire";
import type { DocumentNews, DocumentVersion, User, WatchedState } from "../../ports/index.ts";
import type { Selected } from "./selection.ts";

/** In order of what they cost. §4.3 */
export type Processing = "no-patching" | "xcap-patching" | "aggregate";

/** A part of a document that is watched, as it was last seen. */
interface Part {
  readonly selected: Selected;
  shown: Shown | undefined;
  owed: boolean;
}

/** Its octets, and how they are told. */
interface Shown {
  readonly octets: Uint8Array;
  readonly change: XcapChange;
}

/** Below what every client takes as the body of one message, and what fits into a datagram beside its headers. */
const STREAM_BYTES = 48_000;
const DATAGRAM_BYTES = 900;
/** Changes that are kept for somebody who does not answer; after that he is told what there is. */
const MOST_OWED = 100;

export class WatchedDocuments {
  readonly #user: User;
  readonly #root: string;
  readonly #processing: Processing;
  readonly #whole: readonly Selected[];
  readonly #parts: readonly Part[];
  /** Tags of what there is, by what it is told as. */
  readonly #etags = new Map<string, string>();
  #owed: DocumentChange[] = [];
  /** What of an earlier telling did not fit. */
  #left: readonly XcapChange[] = [];

  constructor(of: {
    readonly user: User;
    readonly root: string;
    readonly processing: Processing;
    readonly selected: readonly Selected[];
  }) {
    this.#user = of.user;
    this.#root = of.root;
    this.#processing = of.processing;
    this.#whole = of.selected.filter(({ node }) => node === undefined);
    this.#parts = of.selected
      .filter(({ node }) => node !== undefined)
      .map((selected) => ({ selected, shown: undefined, owed: false }));
  }

  /** What there is of a document when the subscription begins. */
  begins(auid: string, name: string, version: DocumentVersion): void {
    const sel = this.#selOf(auid, name);
    if (sel !== undefined) this.#etags.set(sel, version.etag);
    for (const part of this.#partsOf(auid, name)) part.shown = shownIn(version, part);
  }

  /** The whole of it is watched. */
  covers(auid: string, name: string): boolean {
    return this.#selOf(auid, name) !== undefined;
  }

  /** The whole of it is watched, or a part. */
  concerns(auid: string, name: string): boolean {
    return this.covers(auid, name) || this.#partsOf(auid, name).length > 0;
  }

  /** False: it is about nothing that is watched here. */
  changed({ auid, name, before, after }: DocumentNews): boolean {
    const sel = this.#selOf(auid, name);
    if (sel !== undefined) this.#note(sel, before, after);
    let owed = sel !== undefined;
    for (const part of this.#partsOf(auid, name)) {
      const shown = after && shownIn(after, part);
      if (same(shown, part.shown)) continue;
      part.shown = shown;
      part.owed = true;
      owed = true;
    }
    return owed;
  }

  tell(whole: boolean, inDatagrams: boolean): WatchedState {
    const changes = whole ? this.#all() : [...this.#left, ...this.#owed, ...this.#owedParts()];
    this.#owed = [];
    for (const part of this.#parts) part.owed = false;
    const most = inDatagrams ? DATAGRAM_BYTES : STREAM_BYTES;
    let told = changes;
    if (this.#format(told).length > most) told = changes.map(withoutContent);
    let count = told.length;
    while (count > 1 && this.#format(told.slice(0, count)).length > most) {
      count = Math.ceil(count / 2);
    }
    this.#left = told.slice(count);
    const bytes = this.#format(told.slice(0, count));
    return { type: XCAP_DIFF_TYPE, bytes, more: this.#left.length > 0 };
  }

  #format(changes: readonly XcapChange[]): Uint8Array {
    return formatXcapDiff({ root: this.#root, changes });
  }

  #all(): readonly XcapChange[] {
    const documents = [...this.#etags].map(([sel, newEtag]) =>
      documentChange(sel, { newEtag, previousEtag: undefined }),
    );
    const there = this.#parts.filter(({ shown }) => shown !== undefined);
    return [...documents, ...there.map(partChange)];
  }

  #owedParts(): readonly XcapChange[] {
    return this.#parts.filter(({ owed }) => owed).map(partChange);
  }

  #note(
    sel: string,
    before: DocumentVersion | undefined,
    after: DocumentVersion | undefined,
  ): void {
    const previousEtag = this.#etags.get(sel);
    if (after === undefined) this.#etags.delete(sel);
    else this.#etags.set(sel, after.etag);
    if (previousEtag === undefined && after === undefined) return;
    const known = before !== undefined && before.etag === previousEtag;
    const patches = this.#processing !== "no-patching" && known && after !== undefined;
    const patch = patches ? makePatch(before.bytes, after.bytes) : undefined;
    const change = documentChange(sel, { previousEtag, newEtag: after?.etag }, patch);
    if (this.#processing !== "no-patching" && this.#owed.length < MOST_OWED) {
      this.#owed.push(change);
      return;
    }
    // One word for all that happened since he was told.
    const first = this.#owed.find((one) => one.sel === sel) ?? change;
    const others = this.#owed.filter((one) => one.sel !== sel);
    const since = { previousEtag: first.previousEtag, newEtag: after?.etag };
    const nothing = since.previousEtag === undefined && since.newEtag === undefined;
    this.#owed = nothing ? others : [...others, documentChange(sel, since)];
  }

  /** What a document is told as: what it was asked for by, or its path when it is in a collection. */
  #selOf(auid: string, name: string): string | undefined {
    const all = this.#whole.filter(({ usage }) => usage.auid === auid);
    const own = all.find((one) => one.name === name);
    if (own !== undefined) return own.sel;
    if (all.every((one) => one.name !== undefined)) return undefined;
    return `${auid}/users/${this.#user.address}/${encodeURIComponent(name)}`;
  }

  #partsOf(auid: string, name: string): readonly Part[] {
    return this.#parts.filter(
      ({ selected }) => selected.usage.auid === auid && selected.name === name,
    );
  }
}

function documentChange(
  sel: string,
  tags: Pick<DocumentChange, "previousEtag" | "newEtag">,
  patch: DocumentChange["patch"] = [],
): DocumentChange {
  return { kind: "document", sel, ...tags, bodyNotChanged: false, patch };
}

function shownIn({ bytes }: DocumentVersion, { selected }: Part): Shown | undefined {
  const { sel, node } = selected;
  const document = parseXml(bytes);
  if (!document.ok || node === undefined) return undefined;
  const octets = readNode(bytes, document.value, node)?.bytes;
  if (octets === undefined) return undefined;
  if (node.terminal.kind === "attribute") {
    const value = attributeValue(document.value, node) ?? "";
    return { octets, change: { kind: "attribute", sel, exists: true, value } };
  }
  const bindings = bindingsAround(document.value, node);
  return { octets, change: { kind: "element", sel, exists: true, content: octets, bindings } };
}

function partChange({ selected, shown }: Part): XcapChange {
  if (shown !== undefined) return shown.change;
  const { sel, node } = selected;
  if (node?.terminal.kind === "attribute") {
    return { kind: "attribute", sel, exists: false, value: "" };
  }
  return { kind: "element", sel, exists: false, content: undefined, bindings: new Map() };
}

function withoutContent(change: XcapChange): XcapChange {
  if (change.kind === "document") return { ...change, patch: [] };
  return change.kind === "element" ? { ...change, content: undefined } : change;
}

function same(a: Shown | undefined, b: Shown | undefined): boolean {
  return a === undefined || b === undefined ? a === b : equalBytes(a.octets, b.octets);
}
