/** Documents of users in memory. */
import type {
  DocumentFacts,
  DocumentKey,
  DocumentQuota,
  DocumentStore,
  StoredDocument,
} from "../documents.ts";
import type { Ledger } from "./ledger.ts";
import { compareText } from "./order.ts";

export class MemoryDocuments implements DocumentStore {
  readonly #ledger: Ledger;
  /** By owner, then by usage and name. */
  readonly #kept = new Map<string, Map<string, StoredDocument>>();
  /** Whose document claims it: by usage and claim. */
  readonly #claims = new Map<string, StoredDocument>();

  constructor(ledger: Ledger, records: readonly StoredDocument[]) {
    this.#ledger = ledger;
    for (const record of records) this.#set(record);
  }

  records(): readonly StoredDocument[] {
    return [...this.#kept.values()].flatMap((documents) => [...documents.values()]);
  }

  put(
    document: StoredDocument,
    before: string | undefined,
    quota: DocumentQuota,
  ): Promise<"stored" | "changed" | "claimed" | "over quota"> {
    const kept = { ...document, bytes: document.bytes.slice() };
    return this.#ledger.change(() => {
      const known = this.#get(document);
      if (known?.etag !== before) return "changed";
      if (this.#isClaimed(document)) return "claimed";
      if (!this.#fits(document, known, quota)) return "over quota";
      if (known !== undefined) this.#delete(known);
      this.#set(kept);
      return "stored";
    });
  }

  remove(key: DocumentKey, before: string): Promise<boolean> {
    return this.#ledger.change(() => {
      const known = this.#get(key);
      if (known?.etag !== before) return false;
      this.#delete(known);
      return true;
    });
  }

  removeAll(owner: string): Promise<readonly DocumentKey[]> {
    return this.#ledger.change(() => {
      const all = this.#of(owner);
      for (const one of all) this.#delete(one);
      return all.map(({ auid, name }) => ({ auid, owner, name }));
    });
  }

  find(key: DocumentKey): Promise<StoredDocument | undefined> {
    return this.#ledger.read(() => this.#get(key));
  }

  ofOwner(owner: string): Promise<readonly DocumentFacts[]> {
    return this.#ledger.read(() =>
      this.#of(owner).map(({ auid, name, etag, modifiedAt, bytes }) => ({
        auid,
        owner,
        name,
        etag,
        modifiedAt,
        sizeBytes: bytes.length,
      })),
    );
  }

  ofUsage(
    auid: string,
    after: Pick<DocumentKey, "owner" | "name"> | undefined,
    limit: number,
  ): Promise<readonly StoredDocument[]> {
    return this.#ledger.read(() =>
      this.records()
        .filter((one) => one.auid === auid && (after === undefined || isAfter(one, after)))
        .toSorted((a, b) => compareText(a.owner, b.owner) || compareText(a.name, b.name))
        .slice(0, limit),
    );
  }

  mostUsed(): Promise<DocumentQuota> {
    return this.#ledger.read(() => {
      const [documents, bytes] = [new Map<string, number>(), new Map<string, number>()];
      for (const one of this.records()) {
        const usage = `${one.owner}\n${one.auid}`;
        documents.set(usage, (documents.get(usage) ?? 0) + 1);
        bytes.set(one.owner, (bytes.get(one.owner) ?? 0) + one.bytes.length);
      }
      return {
        documents: Math.max(0, ...documents.values()),
        bytes: Math.max(0, ...bytes.values()),
      };
    });
  }

  #get({ auid, owner, name }: DocumentKey): StoredDocument | undefined {
    return this.#kept.get(owner)?.get(`${auid}\n${name}`);
  }

  #of(owner: string): readonly StoredDocument[] {
    return [...(this.#kept.get(owner)?.values() ?? [])].toSorted(
      (a, b) => compareText(a.auid, b.auid) || compareText(a.name, b.name),
    );
  }

  #isClaimed({ auid, owner, name, claim }: StoredDocument): boolean {
    const by = claim === undefined ? undefined : this.#claims.get(`${auid}\n${claim}`);
    return by !== undefined && (by.owner !== owner || by.name !== name);
  }

  #fits(
    { auid, owner, bytes }: StoredDocument,
    known: StoredDocument | undefined,
    quota: DocumentQuota,
  ): boolean {
    const others = this.#of(owner).filter((one) => one !== known);
    const alike = others.filter((one) => one.auid === auid).length;
    const used = others.reduce((sum, one) => sum + one.bytes.length, 0);
    return alike < quota.documents && used + bytes.length <= quota.bytes;
  }

  #set(document: StoredDocument): void {
    const { auid, owner, name, claim } = document;
    const documents = this.#kept.get(owner) ?? new Map<string, StoredDocument>();
    documents.set(`${auid}\n${name}`, document);
    this.#kept.set(owner, documents);
    if (claim !== undefined) this.#claims.set(`${auid}\n${claim}`, document);
  }

  #delete({ auid, owner, name, claim }: StoredDocument): void {
    const documents = this.#kept.get(owner);
    documents?.delete(`${auid}\n${name}`);
    if (documents?.size === 0) this.#kept.delete(owner);
    if (claim !== undefined) this.#claims.delete(`${auid}\n${claim}`);
  }
}

function isAfter(one: DocumentKey, after: Pick<DocumentKey, "owner" | "name">): boolean {
  const order = compareText(one.owner, after.owner);
  return order > 0 || (order === 0 && compareText(one.name, after.name) > 0);
}
