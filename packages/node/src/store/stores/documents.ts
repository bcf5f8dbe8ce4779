/** Documents of users over the worker. */
import type {
  DocumentFacts,
  DocumentKey,
  DocumentQuota,
  DocumentStore,
  StoredDocument,
} from "@parlance/server";
import { type Row, RowReader } from "../rows.ts";
import type { StoreWorker } from "../store-worker.ts";

export class SqliteDocuments implements DocumentStore {
  readonly #worker: StoreWorker;

  constructor(worker: StoreWorker) {
    this.#worker = worker;
  }

  put(
    { bytes, claim, ...document }: StoredDocument,
    before: string | undefined,
    quota: DocumentQuota,
  ): Promise<"stored" | "changed" | "claimed" | "over quota"> {
    const row = { ...document, claim: claim ?? null };
    // Of its own: whoever asked may use his again before the worker has read it.
    return this.#worker.call(
      "putDocument",
      row,
      before,
      [quota.documents, quota.bytes],
      bytes.slice(),
    );
  }

  remove({ owner, auid, name }: DocumentKey, before: string): Promise<boolean> {
    return this.#worker.call("removeDocument", owner, auid, name, before);
  }

  async removeAll(owner: string): Promise<readonly DocumentKey[]> {
    const rows = await this.#worker.call("removeDocuments", owner);
    const keys = rows.map((columns) => {
      const row = new RowReader(columns);
      return { auid: row.text(), owner, name: row.text() };
    });
    return keys.toSorted((a, b) => (`${a.auid}\n${a.name}` < `${b.auid}\n${b.name}` ? -1 : 1));
  }

  async find({ owner, auid, name }: DocumentKey): Promise<StoredDocument | undefined> {
    const row = await this.#worker.call("findDocument", owner, auid, name);
    return row && readDocument(row);
  }

  async ofOwner(owner: string): Promise<readonly DocumentFacts[]> {
    return (await this.#worker.call("documentsOfOwner", owner)).map(readFacts);
  }

  mostUsed(): Promise<DocumentQuota | undefined> {
    return this.#worker.call("mostDocuments");
  }

  async ofUsage(
    auid: string,
    after: Pick<DocumentKey, "owner" | "name"> | undefined,
    limit: number,
  ): Promise<readonly StoredDocument[]> {
    const { owner = "", name = "" } = after ?? {};
    const rows = await this.#worker.call("documentsOfUsage", auid, owner, name, limit);
    return rows.map(readDocument);
  }
}

function readFacts(columns: Row): DocumentFacts {
  const row = new RowReader(columns);
  return {
    auid: row.text(),
    owner: row.text(),
    name: row.text(),
    etag: row.text(),
    modifiedAt: row.number(),
    sizeBytes: row.number(),
  };
}

function readDocument(columns: Row): StoredDocument {
  const row = new RowReader(columns);
  return {
    auid: row.text(),
    owner: row.text(),
    name: row.text(),
    etag: row.text(),
    modifiedAt: row.number(),
    claim: row.optionalText(),
    bytes: row.bytes(),
  };
}
