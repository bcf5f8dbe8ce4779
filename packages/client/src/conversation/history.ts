/** What was said, page by page, as this client's store holds it. */
import type { Signal } from "../base/signal.ts";
import type { IncomingMessage } from "../receiving/incoming-message.ts";
import type { SentMessage } from "../sending/sent-message.ts";
import type { StoredRecord } from "../store/client-store.ts";
import type { ReceivedFileRecord, SentFileRecord } from "../store/file-record.ts";

export type HistoryEntry =
  | { readonly direction: "sent"; readonly order: number; readonly message: SentMessage }
  | { readonly direction: "received"; readonly order: number; readonly message: IncomingMessage }
  /** A file, straight or by way of a file server: then the message that says where it is stands beside it. */
  | { readonly direction: "sent file"; readonly order: number; readonly file: SentFileRecord }
  | {
      readonly direction: "received file";
      readonly order: number;
      readonly file: ReceivedFileRecord;
    };

export interface HistoryQuery {
  /** Entries older than this `order`. */
  readonly before?: number;
  /** Entries of one page. Default 50. */
  readonly limit?: number;
  readonly signal?: Signal;
}

const MAX_PAGE = 500;

export async function* pagesOf(
  query: HistoryQuery,
  page: (before: number, limit: number) => Promise<readonly StoredRecord[]>,
  entry: (record: StoredRecord) => HistoryEntry,
): AsyncGenerator<readonly HistoryEntry[], void> {
  const limit = Math.min(query.limit ?? 50, MAX_PAGE);
  let before = query.before ?? Number.MAX_SAFE_INTEGER;
  while (!query.signal?.aborted) {
    const records = await page(before, limit);
    const last = records.at(-1);
    if (last === undefined) return;
    yield records.map(entry);
    before = last.order;
  }
}
