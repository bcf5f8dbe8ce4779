/** The tables of the store in a browser, made or brought up to date. */
import { flagsOf } from "../store/flags.ts";
import type { Upgrade } from "./database.ts";

export const VERSION = 2;

export function makeTables(database: IDBDatabase, { from, transaction }: Upgrade): void {
  if (from === 1) return fromVersion1(transaction.objectStore("messages"));
  const messages = database.createObjectStore("messages", {
    keyPath: "order",
    autoIncrement: true,
  });
  messages.createIndex("key", "key", { unique: true });
  messages.createIndex("conversation", ["conversation", "order"]);
  messages.createIndex("pending", ["pending", "order"]);
  messages.createIndex("unseen", ["unseen", "order"]);
  messages.createIndex("owing", ["owing", "order"]);
  database.createObjectStore("values");
}

/** It found nothing but the outbox, by another name. */
function fromVersion1(messages: IDBObjectStore): void {
  messages.deleteIndex("waiting");
  messages.createIndex("pending", ["pending", "order"]);
  const request = messages.openCursor();
  request.addEventListener("success", () => {
    const cursor = request.result;
    if (cursor === null) return;
    const { waiting: _, ...row } = cursor.value;
    if (flagsOf(row).pending) cursor.update({ ...row, pending: 1 });
    cursor.continue();
  });
}
