/** Service settings over the worker. */
import type { ServiceSettingsStore, StoredServiceSettings } from "@parlance/server";
import { flagNumber, listText, RowReader } from "../rows.ts";
import type { StoreWorker } from "../store-worker.ts";
import type { ServiceSettingsRows } from "../tables/service-settings.ts";

export class SqliteServiceSettings implements ServiceSettingsStore {
  readonly #worker: StoreWorker;

  constructor(worker: StoreWorker) {
    this.#worker = worker;
  }

  put({ user, lasting, publications }: StoredServiceSettings): Promise<void> {
    const { offlineDelivery, storesSessions, storesMessages } = lasting;
    const flags = [offlineDelivery, storesSessions, storesMessages].map((flag) =>
      flag === undefined ? null : flagNumber(flag),
    );
    const rows = publications.map(({ etag, saidAt, expiresAt, devices, document }) => [
      etag,
      saidAt,
      expiresAt,
      listText(devices),
      document.slice(), // no more of a buffer is cloned than this
    ]);
    return this.#worker.call("putServiceSettings", user, flags, rows);
  }

  remove(user: string): Promise<boolean> {
    return this.#worker.call("removeServiceSettings", user);
  }

  async list(after: string | undefined, limit: number): Promise<readonly StoredServiceSettings[]> {
    return (await this.#worker.call("listServiceSettings", after ?? "", limit)).map(readSettings);
  }
}

function readSettings([columns, publications]: ServiceSettingsRows): StoredServiceSettings {
  const row = new RowReader(columns);
  return {
    user: row.text(),
    lasting: {
      offlineDelivery: said(row.optionalNumber()),
      storesSessions: said(row.optionalNumber()),
      storesMessages: said(row.optionalNumber()),
    },
    publications: publications.map((one) => {
      const reader = new RowReader(one);
      return {
        etag: reader.text(),
        saidAt: reader.number(),
        expiresAt: reader.number(),
        devices: reader.texts(),
        document: reader.bytes(),
      };
    }),
  };
}

function said(number: number | undefined): boolean | undefined {
  return number === undefined ? undefined : number !== 0;
}
