/** The client's store in the browser's database, for one tab at a time. */
import { ImError } from "../base/errors.ts";
import type {
  ClientStore,
  ReceivedRecord,
  SentRecord,
  StoredRecord,
} from "../store/client-store.ts";
import type { FileRecord, ReceivedFileRecord, SentFileRecord } from "../store/file-record.ts";
import { flagsOf } from "../store/flags.ts";
import { keyOf, receivedFileKey, receivedKey, sentFileKey, sentKey } from "../store/record-keys.ts";
import { committed, openDatabase, resultOf } from "./database.ts";
import { type TabLock, takeTabLock, type WhenTaken } from "./tab-lock.ts";
import { makeTables, VERSION } from "./tables.ts";

export interface StoreOptions {
  /**
   * When another tab has the store: wait until it is closed (default), reject with ImError "busy", or
   * take over, so that the client of the other tab closes.
   */
  readonly whenTaken?: WhenTaken;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
}

export interface WebStore extends ClientStore {
  /** Resolves when another tab has taken the store over; clients close by themselves then. */
  readonly takenOver: Promise<void>;
}

/** A record with what it is found by. Only what is there is in an index, so a flag is 1 or absent. */
type Row = StoredRecord & {
  readonly key: string;
  readonly pending?: 1;
  readonly unseen?: 1;
  readonly owing?: 1;
};

/** Opens the store of that name, or makes it. */
export async function openStore(name: string, options: StoreOptions = {}): Promise<WebStore> {
  const { whenTaken = "wait", signal } = options;
  const lock = await takeTabLock(`parlance ${name}`, { whenTaken, signal });
  try {
    return new IndexedDbStore(await openDatabase(`parlance ${name}`, VERSION, makeTables), lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Everything in the store of that name is gone, also for a tab that has it open. */
export async function deleteStore(name: string): Promise<void> {
  await resultOf(indexedDB.deleteDatabase(`parlance ${name}`));
}

class IndexedDbStore implements WebStore {
  readonly takenOver: Promise<void>;
  readonly #database: IDBDatabase;
  readonly #lock: TabLock;
  #usable = true;

  constructor(database: IDBDatabase, lock: TabLock) {
    this.#database = database;
    this.#lock = lock;
    this.takenOver = lock.takenOver.then(() => this.#end());
    // The user clears the site's data, or a newer version of the page wants another layout.
    database.addEventListener("close", () => this.#end());
    database.addEventListener("versionchange", () => this.#end());
  }

  async add<R extends StoredRecord>(record: R): Promise<R | undefined> {
    const { messages, kept } = this.#write();
    const row = rowOf(record);
    if ((await resultOf(messages.index("key").getKey(row.key))) !== undefined) return undefined;
    const { order: _, ...unnumbered } = row;
    const order = Number(await resultOf(messages.add(unnumbered)));
    await kept;
    return { ...record, order };
  }

  async change(record: StoredRecord): Promise<void> {
    const { messages, kept } = this.#write();
    const row = rowOf(record);
    const order = await resultOf(messages.index("key").getKey(row.key));
    if (order !== undefined) messages.put({ ...row, order });
    await kept;
  }

  async remove(records: readonly StoredRecord[]): Promise<void> {
    const { messages, kept } = this.#write();
    for (const record of records) {
      const order = await resultOf(messages.index("key").getKey(keyOf(record)));
      if (order !== undefined) messages.delete(order);
    }
    await kept;
  }

  async sent(id: string): Promise<SentRecord | undefined> {
    const record = await this.#find(sentKey(id));
    return record?.direction === "sent" ? record : undefined;
  }

  async received(id: string, from: string): Promise<ReceivedRecord | undefined> {
    const record = await this.#find(receivedKey(id, from));
    return record?.direction === "received" ? record : undefined;
  }

  async sentFile(id: string): Promise<SentFileRecord | undefined> {
    const record = await this.#find(sentFileKey(id));
    return record?.direction === "sent file" ? record : undefined;
  }

  async receivedFile(id: string, from: string): Promise<ReceivedFileRecord | undefined> {
    const record = await this.#find(receivedFileKey(id, from));
    return record?.direction === "received file" ? record : undefined;
  }

  async pending(): Promise<readonly (SentRecord | FileRecord)[]> {
    const records = await this.#flagged("pending", 0);
    return records.filter((record) => record.direction !== "received");
  }

  async unseen(after: number, limit: number): Promise<readonly ReceivedRecord[]> {
    const records = await this.#flagged("unseen", after, limit);
    return records.filter((record) => record.direction === "received");
  }

  async owing(limit: number): Promise<readonly ReceivedRecord[]> {
    const records = await this.#flagged("owing", 0, limit);
    return records.filter((record) => record.direction === "received");
  }

  async page(
    conversation: string,
    before: number,
    limit: number,
  ): Promise<readonly StoredRecord[]> {
    const index = this.#messages().index("conversation");
    const older = IDBKeyRange.bound([conversation], [conversation, before], true, true);
    return walk(index.openCursor(older, "prev"), limit, () => undefined);
  }

  async conversations(limit: number): Promise<readonly StoredRecord[]> {
    const last = this.#messages().index("conversation").openCursor(null, "prev");
    const newest = await walk(last, Number.POSITIVE_INFINITY, startOfConversation);
    return newest.toSorted((a, b) => b.order - a.order).slice(0, limit);
  }

  async value(key: string): Promise<string | undefined> {
    const values = this.#transaction("values", "readonly").objectStore("values");
    const value: unknown = await resultOf(values.get(key));
    return typeof value === "string" ? value : undefined;
  }

  async setValue(key: string, value: string): Promise<void> {
    const transaction = this.#transaction("values", "readwrite");
    const kept = committed(transaction);
    transaction.objectStore("values").put(value, key);
    await kept;
  }

  async close(): Promise<void> {
    this.#end();
  }

  #end(): void {
    this.#usable = false;
    this.#database.close(); // after what is under way
    this.#lock.release();
  }

  #write(): { messages: IDBObjectStore; kept: Promise<void> } {
    const transaction = this.#transaction("messages", "readwrite");
    return { messages: transaction.objectStore("messages"), kept: committed(transaction) };
  }

  #messages(): IDBObjectStore {
    return this.#transaction("messages", "readonly").objectStore("messages");
  }

  /** What is answered must outlive a power cut, not only the page. */
  #transaction(table: "messages" | "values", mode: IDBTransactionMode): IDBTransaction {
    if (!this.#usable) throw new ImError("closed", { warning: "this tab has the store no more" });
    return this.#database.transaction(table, mode, { durability: "strict" });
  }

  async #find(key: string): Promise<StoredRecord | undefined> {
    const row: Row | undefined = await resultOf(this.#messages().index("key").get(key));
    return row === undefined ? undefined : recordOf(row);
  }

  async #flagged(
    flag: "pending" | "unseen" | "owing",
    after: number,
    limit?: number,
  ): Promise<StoredRecord[]> {
    if (limit === 0) return []; // which would mean all
    const range = IDBKeyRange.bound([1, after], [2], true);
    const rows: Row[] = await resultOf(this.#messages().index(flag).getAll(range, limit));
    return rows.map(recordOf);
  }
}

/** Records from one place of an index to the next: the neighbour, or where the key leads. */
async function walk(
  request: IDBRequest<IDBCursorWithValue | null>,
  limit: number,
  next: (record: StoredRecord) => IDBValidKey | undefined,
): Promise<StoredRecord[]> {
  const found: StoredRecord[] = [];
  while (found.length < limit) {
    const cursor = await resultOf(request);
    if (cursor === null) break;
    const record = recordOf(cursor.value);
    found.push(record);
    cursor.continue(next(record));
  }
  return found;
}

/** Below all entries of the conversation, above those of the one before. */
function startOfConversation({ conversation }: StoredRecord): IDBValidKey {
  return [conversation];
}

function rowOf(record: StoredRecord): Row {
  const { pending, unseen, owing } = flagsOf(record);
  return {
    ...record,
    key: keyOf(record),
    ...(pending ? { pending: 1 } : {}),
    ...(unseen ? { unseen: 1 } : {}),
    ...(owing ? { owing: 1 } : {}),
  };
}

function recordOf({ key: _key, pending: _p, unseen: _u, owing: _o, ...record }: Row): StoredRecord {
  return record;
}
