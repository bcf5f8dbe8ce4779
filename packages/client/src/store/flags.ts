/** By what a store must find records without reading them all. */
import type { MessageRecord } from "./client-store.ts";

export interface Flags {
  /** In the outbox. */
  readonly waiting: boolean;
  /** The application has not seen it. */
  readonly unseen: boolean;
  /** Owes a receipt. */
  readonly owing: boolean;
}

export function flagsOf(record: MessageRecord): Flags {
  if (record.direction === "received") {
    return { waiting: false, unseen: !record.seen, owing: record.owed.length > 0 };
  }
  const waiting = record.state === "queued" || record.state === "sent";
  return { waiting, unseen: false, owing: false };
}
