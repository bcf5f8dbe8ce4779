/** How a receipt changes what is known of a file that was sent, to one or to many. RFC 5438 §11 */
import type { Notification } from "@parlance/formats";
import type { ImErrorCode } from "../../base/errors.ts";
import type { FileRecipient, RecipientState, SentFileRecord } from "../../store/file-record.ts";

/** Of one who gets it, as a receipt tells. */
export type FileReceipt = RecipientState;

/** Of a file for many: so many are remembered of whom anything is known. */
const MOST = 1_000;

/** What comes later counts, in this order; and that somebody has it, whatever was said before. */
const RANK: Readonly<Record<RecipientState, number>> = {
  asked: 0,
  deferred: 1,
  declined: 2,
  failed: 2,
  delivered: 3,
};

/** Undefined: it says nothing of a file. */
export function fileReceipt({ kind, status }: Notification): FileReceipt | undefined {
  switch (status) {
    case "processed":
      return "asked";
    case "stored":
      return "deferred";
    case "delivered":
    case "displayed":
      return "delivered";
    case "failed":
    case "declined":
      return status;
    case "error":
    case "forbidden":
      return kind === "delivery" ? "failed" : undefined;
  }
}

/** Whoever has a file cannot lose it again; that we lost sight of one is corrected by everybody who has seen it. */
export function isNews(
  { state, failure }: Pick<SentFileRecord, "state"> & { readonly failure: Failure | undefined },
  receipt: FileReceipt,
): boolean {
  if (receipt === "asked" || state === "delivered" || state === receipt) return false;
  return state !== "failed" || receipt === "delivered" || !isTold(failure);
}

interface Failure {
  readonly code: ImErrorCode;
}

/** The reason is one that a receipt gives. */
function isTold(failure: Failure | undefined): boolean {
  return failure?.code === "not reachable" || failure?.code === "declined";
}

/** Why a file has failed of which a receipt says so; undefined: it has not. */
export function failureIn(receipt: FileReceipt): ImErrorCode | undefined {
  if (receipt === "declined") return "declined";
  return receipt === "failed" ? "not reachable" : undefined;
}

/** `receipt` must be news. */
export function withReceipt(
  record: SentFileRecord,
  receipt: Exclude<FileReceipt, "asked">,
): SentFileRecord {
  const code = failureIn(receipt);
  if (code !== undefined)
    return { ...record, state: "failed", failure: { code, status: undefined } };
  const state = receipt === "deferred" ? "deferred" : "delivered";
  return { ...record, state, failure: undefined };
}

/** One of many has it, or is asked, or does not get it. The same list where that is nothing new. */
export function withRecipient(
  known: readonly FileRecipient[],
  { address, state }: FileRecipient,
): readonly FileRecipient[] {
  const before = known.find((one) => one.address === address);
  if (before === undefined) return known.length < MOST ? [...known, { address, state }] : known;
  if (RANK[state] <= RANK[before.state]) return known;
  return known.map((one) => (one === before ? { address, state } : one));
}

/** What that means for the file: delivered to all of whom anything is known, but for those who do not get it. */
export function receiptOfAll(
  recipients: readonly FileRecipient[],
): Exclude<FileReceipt, "asked"> | undefined {
  const states = new Set(recipients.map(({ state }) => state));
  if (states.has("deferred")) return "deferred";
  if (states.has("asked")) return undefined;
  if (states.has("delivered")) return "delivered";
  if (states.has("failed")) return "failed";
  return states.has("declined") ? "declined" : undefined;
}
