/** What has arrived and the application has not seen: for loops and for listeners, from one store. */
import { Feed } from "../base/feed.ts";
import type { Signal } from "../base/signal.ts";
import type { ClientStore, ReceivedRecord } from "../store/client-store.ts";
import type { IncomingMessage } from "./incoming-message.ts";
import type { ReceivedRecords } from "./received-records.ts";

export interface InboxPorts {
  readonly open: (record: ReceivedRecord) => IncomingMessage;
  readonly emit: (message: IncomingMessage) => void;
  readonly isHeard: () => boolean;
  readonly report: (error: unknown) => void;
  readonly records: ReceivedRecords;
}

const PAGE = 50;

export class Inbox {
  readonly #store: ClientStore;
  readonly #ports: InboxPorts;
  readonly #feeds = new Set<Feed<ReceivedRecord>>();
  #emitted = 0;
  #emitting = false;
  #again = false;

  constructor(store: ClientStore, ports: InboxPorts) {
    this.#store = store;
    this.#ports = ports;
  }

  arrived(): void {
    for (const feed of this.#feeds) feed.wake();
    this.heard();
  }

  /** Somebody listens now. */
  heard(): void {
    this.#again = true;
    if (this.#emitting) return;
    this.#emitting = true;
    this.#emitAll().catch(this.#ports.report);
  }

  feed(signal: Signal | undefined): AsyncIterableIterator<IncomingMessage> {
    let cursor = 0;
    let page: ReceivedRecord[] = [];
    const pull = async (): Promise<ReceivedRecord | undefined> => {
      if (page.length === 0) page = [...(await this.#store.unseen(cursor, PAGE))];
      const record = page.shift();
      cursor = record?.order ?? cursor;
      return record;
    };
    const feed = new Feed(pull, (record) => this.#seen(record), {
      signal,
      ended: () => this.#feeds.delete(feed),
    });
    this.#feeds.add(feed);
    return opened(feed, this.#ports.open);
  }

  end(): void {
    for (const feed of this.#feeds) feed.end();
  }

  async #emitAll(): Promise<void> {
    try {
      while (this.#again && this.#ports.isHeard()) {
        this.#again = false;
        await this.#emitUnseen();
      }
    } finally {
      this.#emitting = false; // in the moment in which it looked last: what comes now begins anew
    }
  }

  async #emitUnseen(): Promise<void> {
    for (;;) {
      const page = await this.#store.unseen(this.#emitted, PAGE);
      for (const record of page) {
        this.#emitted = record.order;
        this.#ports.emit(this.#ports.open(record));
        // A loop beside the listeners has its own idea of what is seen.
        if (this.#feeds.size === 0) await this.#seen(record);
      }
      if (page.length < PAGE) return;
    }
  }

  async #seen({ id, from }: ReceivedRecord): Promise<void> {
    await this.#ports.records.change(id, from, (record) =>
      record.seen ? undefined : { ...record, seen: true },
    );
  }
}

async function* opened(
  feed: Feed<ReceivedRecord>,
  open: (record: ReceivedRecord) => IncomingMessage,
): AsyncGenerator<IncomingMessage, undefined> {
  for await (const record of feed) yield open(record);
  return undefined;
}
