/** A store that lives as long as the process, bounded in records. */
import type { ClientStore, ReceivedRecord, SentRecord, StoredRecord } from "./client-store.ts";
import type { FileRecord, ReceivedFileRecord, SentFileRecord } from "./file-record.ts";
import { flagsOf } from "./flags.ts";
import { keyOf, receivedFileKey, receivedKey, sentFileKey, sentKey } from "./record-keys.ts";

const MAX_RECORDS = 50_000; // some 100 MiB of ordinary messages

export class MemoryStore implements ClientStore {
  readonly #records = new Map<string, StoredRecord>();
  readonly #values = new Map<string, string>();
  readonly #most: number;
  #order = 0;

  constructor(most = MAX_RECORDS) {
    this.#most = most;
  }

  async add<R extends StoredRecord>(record: R): Promise<R | undefined> {
    const key = keyOf(record);
    if (this.#records.has(key)) return undefined;
    if (!this.#makeRoom()) throw new Error("the store is full of messages that nobody has read");
    this.#order += 1;
    const kept = { ...record, order: this.#order };
    this.#records.set(key, kept);
    return kept;
  }

  async change(record: StoredRecord): Promise<void> {
    const key = keyOf(record);
    if (this.#records.has(key)) this.#records.set(key, record);
  }

  async remove(records: readonly StoredRecord[]): Promise<void> {
    for (const record of records) this.#records.delete(keyOf(record));
  }

  async sent(id: string): Promise<SentRecord | undefined> {
    const record = this.#records.get(sentKey(id));
    return record?.direction === "sent" ? record : undefined;
  }

  async received(id: string, from: string): Promise<ReceivedRecord | undefined> {
    const record = this.#records.get(receivedKey(id, from));
    return record?.direction === "received" ? record : undefined;
  }

  async sentFile(id: string): Promise<SentFileRecord | undefined> {
    const record = this.#records.get(sentFileKey(id));
    return record?.direction === "sent file" ? record : undefined;
  }

  async receivedFile(id: string, from: string): Promise<ReceivedFileRecord | undefined> {
    const record = this.#records.get(receivedFileKey(id, from));
    return record?.direction === "received file" ? record : undefined;
  }

  async pending(): Promise<readonly (SentRecord | FileRecord)[]> {
    return this.#all(isPending);
  }

  async unseen(after: number, limit: number): Promise<readonly ReceivedRecord[]> {
    const isUnseen = (record: StoredRecord): record is ReceivedRecord =>
      record.direction === "received" && !record.seen && record.order > after;
    return this.#all(isUnseen, limit);
  }

  async owing(limit: number): Promise<readonly ReceivedRecord[]> {
    return this.#all(owes, limit);
  }

  async page(
    conversation: string,
    before: number,
    limit: number,
  ): Promise<readonly StoredRecord[]> {
    const found = [...this.#records.values()].filter(
      (record) => record.conversation === conversation && record.order < before,
    );
    return found.toReversed().slice(0, limit);
  }

  async conversations(limit: number): Promise<readonly StoredRecord[]> {
    const newest = new Map<string, StoredRecord>();
    for (const record of this.#records.values()) newest.set(record.conversation, record);
    return [...newest.values()].toSorted((a, b) => b.order - a.order).slice(0, limit);
  }

  async value(key: string): Promise<string | undefined> {
    return this.#values.get(key);
  }

  async setValue(key: string, value: string): Promise<void> {
    this.#values.set(key, value);
  }

  async close(): Promise<void> {}

  #all<R extends StoredRecord>(
    fits: (record: StoredRecord) => record is R,
    limit = Number.POSITIVE_INFINITY,
  ): R[] {
    const found: R[] = [];
    for (const record of this.#records.values()) {
      if (found.length >= limit) break;
      if (fits(record)) found.push(record);
    }
    return found;
  }

  /** The oldest goes that nobody waits for any more. */
  #makeRoom(): boolean {
    if (this.#records.size < this.#most) return true;
    for (const [key, record] of this.#records) {
      if (!isNeeded(record)) return this.#records.delete(key);
    }
    return false;
  }
}

/** Of what the server keeps it has a copy itself. */
function isNeeded(record: StoredRecord): boolean {
  const { pending, unseen, owing } = flagsOf(record);
  if (record.direction === "received") return unseen || owing;
  return pending && record.state !== "deferred";
}

function isPending(record: StoredRecord): record is SentRecord | FileRecord {
  return record.direction !== "received" && flagsOf(record).pending;
}

function owes(record: StoredRecord): record is ReceivedRecord {
  return record.direction === "received" && record.owed.length > 0;
}
