/** Settings over the worker. */
import type { SettingsStore } from "@parlance/server";
import { RowReader } from "../rows.ts";
import type { StoreWorker } from "../store-worker.ts";

export class SqliteSettings implements SettingsStore {
  readonly #worker: StoreWorker;

  constructor(worker: StoreWorker) {
    this.#worker = worker;
  }

  async get(key: string): Promise<string | undefined> {
    const row = await this.#worker.call("getSetting", key);
    return row && new RowReader(row).text();
  }

  put(key: string, value: string): Promise<void> {
    return this.#worker.call("putSetting", key, value);
  }

  remove(key: string): Promise<void> {
    return this.#worker.call("removeSetting", key);
  }

  async list(prefix: string, limit: number): Promise<readonly (readonly [string, string])[]> {
    const rows = await this.#worker.call("listSettings", prefix, limit);
    return rows.map((columns) => {
      const row = new RowReader(columns);
      return [row.text(), row.text()] as const;
    });
  }
}
