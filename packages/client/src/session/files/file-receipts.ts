/** How a receipt changes what is known of a file that was sent. RFC 5438 §11 */
import type { ImErrorCode } from "../../base/errors.ts";
import type { SendingState } from "../../store/client-store.ts";
import type { SentFileRecord } from "../../store/file-record.ts";

/** It waits for the other side, has arrived there, or never will. */
export type FileReceipt = "deferred" | "delivered" | "failed";

/** Why a file failed of which a receipt says so. */
export const NOT_DELIVERED: ImErrorCode = "not reachable";

/** Undefined: it says nothing of a file. */
export function fileReceipt(state: SendingState): FileReceipt | undefined {
  switch (state) {
    case "deferred":
    case "delivered":
    case "failed":
      return state;
    case "displayed":
      return "delivered";
    default:
      return undefined;
  }
}

/** Whoever has a file cannot lose it again; that we lost sight of one is corrected by everybody who has seen it. */
export function isNews(
  { state, failure }: Pick<SentFileRecord, "state"> & { readonly failure: Failure | undefined },
  receipt: FileReceipt,
): boolean {
  if (state === "delivered" || state === receipt) return false;
  return state !== "failed" || receipt === "delivered" || failure?.code !== NOT_DELIVERED;
}

interface Failure {
  readonly code: ImErrorCode;
}

export function withReceipt(record: SentFileRecord, receipt: FileReceipt): SentFileRecord {
  const failure = receipt === "failed" ? { code: NOT_DELIVERED, status: undefined } : undefined;
  return { ...record, state: receipt, failure };
}
