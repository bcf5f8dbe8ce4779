/** Waiting messages over the worker. */
import type {
  DeferredAttempt,
  DeferredEntry,
  DeferredMessage,
  DeferredQuota,
  DeferredStore,
  DeferredUsage,
} from "@parlance/server";
import { flagNumber, type Row, RowReader } from "../rows.ts";
import type { StoreWorker } from "../store-worker.ts";

export class SqliteDeferred implements DeferredStore {
  readonly #worker: StoreWorker;

  constructor(worker: StoreWorker) {
    this.#worker = worker;
  }

  add(message: DeferredMessage, quota: DeferredQuota): Promise<"stored" | "known" | "over quota"> {
    const { recipient, id, bytes, content, sizeBytes } = message;
    const { messages: mostMessages, bytes: mostBytes } = quota;
    const stored = bytes.length + (content === undefined ? 0 : sizeBytes);
    const row = [recipient, id, entryRow(message), bytes, stored] as const;
    return this.#worker.call("addDeferred", ...row, mostMessages, mostBytes);
  }

  async page(
    recipient: string,
    after: string | undefined,
    limit: number,
  ): Promise<readonly DeferredMessage[]> {
    return (await this.#worker.call("pageDeferred", recipient, after ?? "", limit)).map(
      readMessage,
    );
  }

  async list(
    recipient: string,
    after: string | undefined,
    limit: number,
  ): Promise<readonly DeferredEntry[]> {
    const rows = await this.#worker.call("listDeferred", recipient, after ?? "", limit);
    return rows.map((row) => readEntry(new RowReader(row)));
  }

  async find(recipient: string, id: string): Promise<DeferredMessage | undefined> {
    const row = await this.#worker.call("findDeferred", recipient, id);
    return row && readMessage(row);
  }

  remove(recipient: string, ids: readonly string[]): Promise<number> {
    return this.#worker.call("removeDeferred", recipient, ids);
  }

  removeAll(recipient: string): Promise<number> {
    return this.#worker.call("removeAllDeferred", recipient);
  }

  markAttempt(recipient: string, id: string, attempt: DeferredAttempt): Promise<boolean> {
    const { attempts, nextAttemptAt, poisoned } = attempt;
    const columns = [attempts, nextAttemptAt, flagNumber(poisoned)];
    return this.#worker.call("markDeferred", recipient, id, columns);
  }

  async expired(now: number, limit: number): Promise<readonly DeferredMessage[]> {
    return (await this.#worker.call("expiredDeferred", now, limit)).map(readMessage);
  }

  usage(recipient: string): Promise<DeferredUsage> {
    return this.#worker.call("usageDeferred", recipient);
  }

  mostUsed(): Promise<DeferredUsage | undefined> {
    return this.#worker.call("mostDeferred");
  }

  contents(): Promise<readonly string[]> {
    return this.#worker.call("contentsDeferred");
  }

  recipients(after: string | undefined, limit: number): Promise<readonly string[]> {
    return this.#worker.call("recipientsDeferred", after ?? "", limit);
  }
}

function entryRow(entry: DeferredEntry): Row {
  return [
    entry.id,
    entry.recipient,
    entry.originator,
    entry.originatorShown,
    entry.privacy ?? null,
    entry.group ?? null,
    entry.subject ?? null,
    entry.kind,
    entry.mode,
    entry.receivedAt,
    entry.expiresAt,
    entry.sizeBytes,
    entry.content ?? null,
    entry.attempts,
    entry.nextAttemptAt,
    flagNumber(entry.poisoned),
  ];
}

function readEntry(row: RowReader): DeferredEntry {
  return {
    id: row.text(),
    recipient: row.text(),
    originator: row.text(),
    originatorShown: row.text(),
    privacy: row.optionalText(),
    group: row.optionalText(),
    subject: row.optionalText(),
    kind: row.word(["message", "imdn"]),
    mode: row.word(["pager", "large", "file"]),
    receivedAt: row.number(),
    expiresAt: row.number(),
    sizeBytes: row.number(),
    content: row.optionalText(),
    attempts: row.number(),
    nextAttemptAt: row.number(),
    poisoned: row.flag(),
  };
}

function readMessage(columns: Row): DeferredMessage {
  const row = new RowReader(columns);
  return { ...readEntry(row), bytes: row.bytes() };
}
