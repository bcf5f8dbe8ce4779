/** How many messages of each conversation the user has not read. */
import { Turns } from "../base/turns.ts";
import type { ClientStore, ReceivedRecord, StoredRecord } from "../store/client-store.ts";

export interface UnreadChange {
  readonly conversation: string;
  readonly unread: number;
}

export interface UnreadPorts {
  readonly store: ClientStore;
  readonly changed: (change: UnreadChange) => void;
  /** The user has read these, the newest first, and what is before them; his other devices may want to know. */
  readonly read: (records: readonly ReceivedRecord[]) => void;
  readonly report: (error: unknown) => void;
}

const VALUE = "read";
const MOST_MARKS = 500;
const LISTED = 100;
const PAGE = 100;
/** Of so many the server is told by name, for its order may be another. */
const TOLD = 100;
const MOST_COUNTED = 1_000;

export class Unread {
  readonly #ports: UnreadPorts;
  readonly #counts = new Map<string, number>();
  /** By conversation: up to which record it is read. */
  readonly #marks = new Map<string, number>();
  readonly #turns = new Turns();

  constructor(ports: UnreadPorts) {
    this.#ports = ports;
  }

  /** In a store that knows no marks yet, all that is there counts as read. */
  async restore(): Promise<void> {
    const { store } = this.#ports;
    const newest = await store.conversations(LISTED);
    const kept = marksIn(await store.value(VALUE));
    for (const [conversation, order] of kept ?? []) this.#marks.set(conversation, order);
    for (const { conversation, order } of newest) {
      if (kept === undefined) this.#marks.set(conversation, order);
      const mark = this.#marks.get(conversation) ?? 0;
      if (order > mark) this.#counts.set(conversation, await this.#countBehind(conversation, mark));
    }
    if (kept === undefined) await this.#keep();
  }

  of(conversation: string): number {
    return this.#counts.get(conversation) ?? 0;
  }

  /** By what this device has alone, whatever the server says. */
  here(conversation: string): Promise<number> {
    return this.#countBehind(conversation, this.#marks.get(conversation) ?? 0);
  }

  arrived(record: ReceivedRecord): void {
    if (!counts(record) || record.order <= (this.#marks.get(record.conversation) ?? 0)) return;
    this.#set(record.conversation, this.of(record.conversation) + 1);
  }

  /** What the server has counted for all devices. */
  said(conversation: string, count: number): void {
    if (count === this.of(conversation)) return;
    this.#set(conversation, count);
    if (count === 0) void this.#mark(conversation, undefined).catch(this.#ports.report);
  }

  /** Something of it is gone. */
  async removed(conversation: string): Promise<void> {
    if (this.of(conversation) > 0) this.#set(conversation, await this.here(conversation));
  }

  /** Everything in it, or everything up to one message. Resolves when it is kept. */
  read(conversation: string, upTo?: ReceivedRecord): Promise<void> {
    return this.#mark(conversation, upTo, (records) => this.#ports.read(records));
  }

  #mark(
    conversation: string,
    upTo: ReceivedRecord | undefined,
    tell: (records: readonly ReceivedRecord[]) => void = () => {},
  ): Promise<void> {
    return this.#turns.take(VALUE, async () => {
      const { store } = this.#ports;
      const before = upTo === undefined ? Number.MAX_SAFE_INTEGER : upTo.order + 1;
      const newest = await store.page(conversation, before, TOLD);
      const order = newest[0]?.order ?? 0;
      if (order <= (this.#marks.get(conversation) ?? 0)) return;
      this.#marks.delete(conversation); // the last one that was read goes last
      this.#marks.set(conversation, order);
      await this.#keep();
      this.#set(conversation, await this.#countBehind(conversation, order));
      tell(newest.filter(counts));
    });
  }

  #set(conversation: string, unread: number): void {
    if (unread === this.of(conversation)) return;
    if (unread === 0) this.#counts.delete(conversation);
    else this.#counts.set(conversation, unread);
    this.#ports.changed({ conversation, unread });
  }

  async #keep(): Promise<void> {
    for (const conversation of this.#marks.keys()) {
      if (this.#marks.size <= MOST_MARKS) break;
      this.#marks.delete(conversation);
    }
    await this.#ports.store.setValue(VALUE, JSON.stringify([...this.#marks]));
  }

  async #countBehind(conversation: string, mark: number): Promise<number> {
    let count = 0;
    for (let before = Number.MAX_SAFE_INTEGER; ; ) {
      const page = await this.#ports.store.page(conversation, before, PAGE);
      const behind = page.filter(({ order }) => order > mark);
      count += behind.filter(counts).length;
      before = page.at(-1)?.order ?? 0;
      if (behind.length < PAGE || count >= MOST_COUNTED) return Math.min(count, MOST_COUNTED);
    }
  }
}

/** What others have said. */
function counts(record: StoredRecord): record is ReceivedRecord {
  return record.direction === "received" && record.own !== true && record.reach !== "system";
}

/** Undefined: the store has never known any. */
function marksIn(text: string | undefined): readonly (readonly [string, number])[] | undefined {
  if (text === undefined) return undefined;
  const list: unknown = JSON.parse(text);
  if (!Array.isArray(list)) return [];
  return list.flatMap((pair: unknown) => {
    const [conversation, order]: readonly unknown[] = Array.isArray(pair) ? pair : [];
    return typeof conversation === "string" && typeof order === "number"
      ? [[conversation, order] as const]
      : [];
  });
}
