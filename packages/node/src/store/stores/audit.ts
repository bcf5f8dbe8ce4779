/** The audit log over the worker. */
import type { AuditEntry, AuditRecord, AuditStore } from "@parlance/server";
import { type Row, RowReader } from "../rows.ts";
import type { StoreWorker } from "../store-worker.ts";

export class SqliteAudit implements AuditStore {
  readonly #worker: StoreWorker;

  constructor(worker: StoreWorker) {
    this.#worker = worker;
  }

  append({ at, actor, action, subject, detail }: AuditEntry): Promise<number> {
    return this.#worker.call("appendAudit", [at, actor, action, subject, detail]);
  }

  async page(before: number | undefined, limit: number): Promise<readonly AuditRecord[]> {
    const first = before ?? Number.MAX_SAFE_INTEGER;
    return (await this.#worker.call("pageAudit", first, limit)).map(readRecord);
  }

  trim(olderThan: number, limit: number): Promise<number> {
    return this.#worker.call("trimAudit", olderThan, limit);
  }
}

function readRecord(columns: Row): AuditRecord {
  const row = new RowReader(columns);
  return {
    sequence: row.number(),
    at: row.number(),
    actor: row.text(),
    action: row.text(),
    subject: row.text(),
    detail: row.text(),
  };
}
