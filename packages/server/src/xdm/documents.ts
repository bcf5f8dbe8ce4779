/** The documents of all users: read, changed from the version that is there, and told to whoever acts by them. */
import type { Clock, Random, XmlDocument } from "@parlance/wire";
import { parseXml } from "@parlance/wire";
import type { DocumentListener, User } from "../ports/index.ts";
import type { DocumentKey, DocumentQuota, DocumentStore, StoredDocument } from "../store/index.ts";
import { RecentDocuments } from "./recent-documents.ts";

export interface DocumentsPorts {
  readonly store: DocumentStore;
  readonly clock: Clock;
  readonly random: Random;
}

/** What a change makes of the version that is there. */
export type Change<Said> =
  | {
      readonly do: "put";
      readonly bytes: Uint8Array;
      readonly xml: XmlDocument;
      readonly claim: string | undefined;
    }
  | { readonly do: "remove" }
  | { readonly do: "leave"; readonly because: Said };

export type Changed<Said> =
  | { readonly outcome: "put"; readonly etag: string; readonly created: boolean }
  | { readonly outcome: "removed" }
  | { readonly outcome: "left"; readonly because: Said }
  | { readonly outcome: "claimed" | "over quota" }
  /** Others change it faster than we can. */
  | { readonly outcome: "contended" };

/** A version with its tree. */
export interface OpenDocument {
  readonly stored: StoredDocument;
  readonly xml: XmlDocument;
}

const ETAG_BITS = 96;
const TRIES = 5;

export class Documents {
  readonly #ports: DocumentsPorts;
  readonly #quota: DocumentQuota;
  readonly #recent = new RecentDocuments();
  readonly #listeners: DocumentListener[] = [];

  constructor(ports: DocumentsPorts, quota: DocumentQuota) {
    this.#ports = ports;
    this.#quota = quota;
  }

  onChange(listener: DocumentListener): void {
    this.#listeners.push(listener);
  }

  /** Undefined as well for what cannot be read any more. */
  async open(key: DocumentKey): Promise<OpenDocument | undefined> {
    const stored = await this.#ports.store.find(key);
    return stored && this.#opened(stored);
  }

  /**
   * Resolves when the change is durable and all who act by the document know it. `change` is asked again when
   * somebody else was faster.
   */
  async change<Said>(
    key: DocumentKey,
    change: (now: OpenDocument | undefined) => Change<Said>,
  ): Promise<Changed<Said>> {
    for (let tried = 0; tried < TRIES; tried += 1) {
      const before = await this.open(key);
      const wanted = change(before);
      if (wanted.do === "leave") return { outcome: "left", because: wanted.because };
      const done =
        wanted.do === "put"
          ? await this.#put(key, before?.stored, wanted)
          : await this.#remove(key, before?.stored);
      if (done !== "changed") return done;
    }
    return { outcome: "contended" };
  }

  /** All of an account that is gone. */
  async removeAll(owner: string): Promise<void> {
    for (const key of await this.#ports.store.removeAll(owner)) {
      await this.#tell({ ...key, before: undefined, after: undefined });
    }
  }

  async #put(
    key: DocumentKey,
    before: StoredDocument | undefined,
    { bytes, xml, claim }: Extract<Change<never>, { readonly do: "put" }>,
  ): Promise<Changed<never> | "changed"> {
    const { store, clock, random } = this.#ports;
    const etag = random.token(ETAG_BITS);
    const document = { ...key, etag, modifiedAt: clock.now(), claim, bytes };
    const result = await store.put(document, before?.etag, this.#quota);
    if (result === "changed") return "changed";
    if (result !== "stored") return { outcome: result };
    this.#recent.keep(document, xml);
    await this.#tell({ ...key, before, after: document });
    return { outcome: "put", etag, created: before === undefined };
  }

  async #remove(
    key: DocumentKey,
    before: StoredDocument | undefined,
  ): Promise<Changed<never> | "changed"> {
    if (before === undefined) return { outcome: "removed" };
    if (!(await this.#ports.store.remove(key, before.etag))) return "changed";
    this.#recent.forget(key);
    await this.#tell({ ...key, before, after: undefined });
    return { outcome: "removed" };
  }

  async #tell(news: Parameters<DocumentListener>[0]): Promise<void> {
    for (const listener of this.#listeners) await listener(news);
  }

  #opened(stored: StoredDocument): OpenDocument | undefined {
    const known = this.#recent.find(stored);
    if (known !== undefined) return { stored, xml: known };
    const read = parseXml(stored.bytes);
    if (!read.ok) return undefined;
    this.#recent.keep(stored, read.value);
    return { stored, xml: read.value };
  }
}

/** The documents of one user. */
export function keyOf(user: User, auid: string, name: string): DocumentKey {
  return { auid, owner: user.name, name };
}
