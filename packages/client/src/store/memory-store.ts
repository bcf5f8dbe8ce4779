/** A store that lives as long as the process, bounded in messages. */
import type { ClientStore, MessageRecord, ReceivedRecord, SentRecord } from "./client-store.ts";

const MAX_RECORDS = 50_000; // some 100 MiB of ordinary messages

export class MemoryStore implements ClientStore {
  readonly #records = new Map<string, MessageRecord>();
  readonly #values = new Map<string, string>();
  readonly #most: number;
  #order = 0;

  constructor(most = MAX_RECORDS) {
    this.#most = most;
  }

  async add<R extends MessageRecord>(record: R): Promise<R | undefined> {
    const key = keyOf(record);
    if (this.#records.has(key)) return undefined;
    if (!this.#makeRoom()) throw new Error("the store is full of messages that nobody has read");
    this.#order += 1;
    const kept = { ...record, order: this.#order };
    this.#records.set(key, kept);
    return kept;
  }

  async change(record: MessageRecord): Promise<void> {
    const key = keyOf(record);
    if (this.#records.has(key)) this.#records.set(key, record);
  }

  async sent(id: string): Promise<SentRecord | undefined> {
    const record = this.#records.get(sentKey(id));
    return record?.direction === "sent" ? record : undefined;
  }

  async received(id: string, from: string): Promise<ReceivedRecord | undefined> {
    const record = this.#records.get(receivedKey(id, from));
    return record?.direction === "received" ? record : undefined;
  }

  async outbox(): Promise<readonly SentRecord[]> {
    return this.#all(isWaiting);
  }

  async unseen(after: number, limit: number): Promise<readonly ReceivedRecord[]> {
    const isUnseen = (record: MessageRecord): record is ReceivedRecord =>
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
  ): Promise<readonly MessageRecord[]> {
    const found = [...this.#records.values()].filter(
      (record) => record.conversation === conversation && record.order < before,
    );
    return found.toReversed().slice(0, limit);
  }

  async conversations(limit: number): Promise<readonly MessageRecord[]> {
    const newest = new Map<string, MessageRecord>();
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

  #all<R extends MessageRecord>(
    fits: (record: MessageRecord) => record is R,
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

function isNeeded(record: MessageRecord): boolean {
  if (record.direction === "received") return record.owed.length > 0 || !record.seen;
  return isWaiting(record);
}

function isWaiting(record: MessageRecord): record is SentRecord {
  return record.direction === "sent" && (record.state === "queued" || record.state === "sent");
}

function owes(record: MessageRecord): record is ReceivedRecord {
  return record.direction === "received" && record.owed.length > 0;
}

/** The same id may come from two senders: they are two messages. */
export function keyOf(record: MessageRecord): string {
  return record.direction === "sent" ? sentKey(record.id) : receivedKey(record.id, record.from);
}

export function sentKey(id: string): string {
  return `sent ${id}`;
}

export function receivedKey(id: string, from: string): string {
  return `received ${from} ${id}`;
}
