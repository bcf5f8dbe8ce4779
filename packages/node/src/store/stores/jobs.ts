/** Messages to many over the worker. */
import type { Job, JobStore } from "@parlance/server";
import { RowReader } from "../rows.ts";
import type { StoreWorker } from "../store-worker.ts";
import type { JobRows } from "../tables/jobs.ts";

export class SqliteJobs implements JobStore {
  readonly #worker: StoreWorker;

  constructor(worker: StoreWorker) {
    this.#worker = worker;
  }

  add(job: Job): Promise<"stored" | "known"> {
    const { id, originator, createdAt, expiresAt, context, bytes, recipients } = job;
    const columns = [id, originator, createdAt, expiresAt, context];
    return this.#worker.call("addJob", id, columns, bytes, recipients);
  }

  settle(id: string, recipients: readonly string[]): Promise<void> {
    return this.#worker.call("settleJob", id, recipients);
  }

  remove(id: string): Promise<boolean> {
    return this.#worker.call("removeJob", id);
  }

  async list(after: string | undefined, limit: number): Promise<readonly Job[]> {
    return (await this.#worker.call("listJobs", after ?? "", limit)).map(readJob);
  }
}

function readJob([columns, recipients]: JobRows): Job {
  const row = new RowReader(columns);
  return {
    id: row.text(),
    originator: row.text(),
    createdAt: row.number(),
    expiresAt: row.number(),
    context: row.text(),
    bytes: row.bytes(),
    recipients,
  };
}
