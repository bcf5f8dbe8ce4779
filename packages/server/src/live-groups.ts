/** Groups that there are: those of the configuration, and those that users keep as documents. OMA IM 17.3 */
import { type Group as GroupDocument, parseGroup } from "@parlance/formats";
import { anchorsOf, expandList, resolveLists } from "@parlance/im";
import { type Group, type GroupListener, type Groups, hostedGroup } from "./controlling/index.ts";
import type { DocumentNews, User } from "./ports/index.ts";
import type { DocumentKey, DocumentStore } from "./store/index.ts";
import { Turns } from "./turns.ts";
import { type Documents, GROUPS, listSource, type References } from "./xdm/index.ts";

export interface LiveGroupsPorts {
  readonly configured: Groups;
  readonly store: DocumentStore;
  readonly documents: Documents;
  readonly references: References;
  readonly userNamed: (name: string) => User | undefined;
}

interface Kept {
  readonly key: DocumentKey;
  readonly identity: string;
  /** Lists elsewhere say who belongs to it, or who may what. */
  readonly refers: boolean;
}

const PAGE = 500;

export class LiveGroups implements Groups {
  readonly #ports: LiveGroupsPorts;
  /** Of members, those of lists elsewhere included. */
  readonly #mostMembers: number;
  readonly #groups = new Map<string, Group>();
  /** By owner, then by the name of the document. */
  readonly #kept = new Map<string, Map<string, Kept>>();
  /** Identities of groups, by the address key of each who stands in their lists. */
  readonly #naming = new Map<string, Set<string>>();
  readonly #listeners: GroupListener[] = [];
  readonly #turns = new Turns();

  constructor(ports: LiveGroupsPorts, mostMembers: number) {
    this.#ports = ports;
    this.#mostMembers = mostMembers;
    ports.configured.onChange((identity, group) => {
      for (const listener of this.#listeners)
        listener(identity, group ?? this.#groups.get(identity));
    });
  }

  get count(): number {
    return this.#groups.size;
  }

  find(identity: string): Group | undefined {
    return this.#ports.configured.find(identity) ?? this.#groups.get(identity);
  }

  /** Those that users keep. */
  get all(): Iterable<Group> {
    return this.#groups.values();
  }

  /** Those in whose lists one of these addresses stands. */
  naming(identities: readonly string[]): readonly Group[] {
    const found = new Set(identities.flatMap((one) => [...(this.#naming.get(one) ?? [])]));
    return [...found].flatMap((identity) => this.#groups.get(identity) ?? []);
  }

  onChange(listener: GroupListener): void {
    this.#listeners.push(listener);
  }

  /** By the operator, with its document. False: no user keeps such a group. */
  async delete(identity: string): Promise<boolean> {
    for (const documents of this.#kept.values()) {
      for (const kept of documents.values()) {
        if (kept.identity !== identity) continue;
        const done = await this.#ports.documents.change(kept.key, () => ({ do: "remove" }));
        return done.outcome === "removed";
      }
    }
    return false;
  }

  /** Before the first request is taken. */
  async start(): Promise<void> {
    for (let after: { readonly owner: string; readonly name: string } | undefined; ; ) {
      const page = await this.#ports.store.ofUsage(GROUPS, after, PAGE);
      for (const stored of page) await this.#put(stored, stored.bytes);
      after = page.at(-1);
      if (page.length < PAGE) return;
    }
  }

  /** Resolves when the group is as its document says. */
  async changed({ auid, owner, name }: DocumentNews): Promise<void> {
    if (auid === GROUPS) {
      await this.#turns.take(owner, () => this.#read({ auid, owner, name }));
    } else if (auid === "resource-lists") {
      const groups = [...(this.#kept.get(owner)?.values() ?? [])].filter(({ refers }) => refers);
      if (groups.length === 0) return;
      await this.#turns.take(owner, async () => {
        for (const { key } of groups) await this.#read(key);
      });
    }
  }

  async #read(key: DocumentKey): Promise<void> {
    const stored = await this.#ports.store.find(key);
    if (stored === undefined) this.#remove(key);
    else await this.#put(key, stored.bytes);
  }

  async #put(key: DocumentKey, bytes: Uint8Array): Promise<void> {
    const read = parseGroup(bytes);
    const owner = this.#ports.userNamed(key.owner);
    if (!read.ok || owner === undefined) return this.#remove(key); // it was read before it was stored
    const group = await this.#hosted(read.value, owner);
    const before = this.#kept.get(key.owner)?.get(key.name);
    if (before !== undefined && before.identity !== group.identity) this.#remove(key);
    const { identity } = group;
    const documents = this.#kept.get(key.owner) ?? new Map<string, Kept>();
    documents.set(key.name, { key, identity, refers: refersElsewhere(read.value) });
    this.#kept.set(key.owner, documents);
    this.#unname(identity);
    this.#groups.set(identity, group);
    this.#name(group);
    this.#tell(identity, group);
  }

  #remove({ owner, name }: DocumentKey): void {
    const documents = this.#kept.get(owner);
    const kept = documents?.get(name);
    if (documents === undefined || kept === undefined) return;
    documents.delete(name);
    if (documents.size === 0) this.#kept.delete(owner);
    this.#unname(kept.identity);
    this.#groups.delete(kept.identity);
    this.#tell(kept.identity, undefined);
  }

  #name({ identity, document, owner }: Group): void {
    for (const member of [...document.members, ...(owner === undefined ? [] : [owner])]) {
      const groups = this.#naming.get(member) ?? new Set();
      this.#naming.set(member, groups.add(identity));
    }
  }

  #unname(identity: string): void {
    const group = this.#groups.get(identity);
    if (group === undefined) return;
    for (const member of [...group.document.members, ...(group.owner ? [group.owner] : [])]) {
      const groups = this.#naming.get(member);
      groups?.delete(identity);
      if (groups?.size === 0) this.#naming.delete(member);
    }
  }

  async #hosted(document: GroupDocument, owner: User): Promise<Group> {
    if (!refersElsewhere(document)) return hostedGroup(document, { owner: owner.address });
    const { documents, references } = this.#ports;
    const source = listSource(owner, documents, references);
    const items = document.externals.map(
      (anchor) => ({ kind: "external", anchor, displayName: undefined }) as const,
    );
    const own = document.entries.map((entry) => ({ kind: "entry", ...entry }) as const);
    const nobody = { name: undefined, displayName: undefined };
    const { entries } = await expandList({ ...nobody, items: [...own, ...items] }, source);
    const anchors = document.ruleset === undefined ? [] : anchorsOf(document.ruleset);
    const inList = await resolveLists(anchors, source);
    const all = { ...document, entries: [...entries.values()].slice(0, this.#mostMembers) };
    return hostedGroup(all, { owner: owner.address, inList });
  }

  #tell(identity: string, group: Group | undefined): void {
    if (this.#ports.configured.find(identity) !== undefined) return; // that one goes before it
    for (const listener of this.#listeners) listener(identity, group);
  }
}

function refersElsewhere({ externals, ruleset }: GroupDocument): boolean {
  return externals.length > 0 || (ruleset !== undefined && anchorsOf(ruleset).length > 0);
}
