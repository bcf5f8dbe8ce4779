/** By what a store must find records without reading them all. */
import type { StoredRecord } from "./client-store.ts";
import { isUnderWay } from "./file-record.ts";

export interface Flags {
  /** Something is still to come of it: it is in the outbox, the server keeps it, or its octets are on their way. */
  readonly pending: boolean;
  /** The application has not seen it. */
  readonly unseen: boolean;
  /** Owes a receipt. */
  readonly owing: boolean;
}

export function flagsOf(record: StoredRecord): Flags {
  switch (record.direction) {
    case "received":
      return { pending: false, unseen: !record.seen, owing: record.owed.length > 0 };
    case "sent": {
      const { state } = record;
      const pending = state === "queued" || state === "sent" || state === "deferred";
      return { pending, unseen: false, owing: false };
    }
    case "sent file":
    case "received file": {
      const pending = isUnderWay(record) || record.state === "deferred";
      return { pending, unseen: false, owing: false };
    }
  }
}
