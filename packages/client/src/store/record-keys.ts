/** By what stores tell records apart: the same id may come from two senders, and they are two records. */
import type { StoredRecord } from "./client-store.ts";

export function keyOf(record: StoredRecord): string {
  switch (record.direction) {
    case "sent":
      return sentKey(record.id);
    case "received":
      return receivedKey(record.id, record.from);
    case "sent file":
      return sentFileKey(record.id);
    case "received file":
      return receivedFileKey(record.id, record.from);
  }
}

export function sentKey(id: string): string {
  return `sent ${id}`;
}

export function receivedKey(id: string, from: string): string {
  return `received ${from} ${id}`;
}

export function sentFileKey(id: string): string {
  return `sent file ${id}`;
}

export function receivedFileKey(id: string, from: string): string {
  return `received file ${from} ${id}`;
}
