/** How the record of a message changes when something is heard of it. */
import type { SendingState, SentRecord } from "../store/client-store.ts";
import { isLater, overallState } from "./sent-message.ts";

export type Failure = SentRecord["failure"];

/** What a negative receipt tells. */
export const UNDELIVERED: Failure = { code: "not reachable", status: undefined };

/** Every recipient, or the one named, and with them the message. */
export function moved(
  record: SentRecord,
  to: SendingState,
  by: { readonly recipient?: string; readonly failure?: Failure | undefined } = {},
): SentRecord {
  const all = by.recipient === undefined || record.recipients.length === 1;
  const recipients = record.recipients.map((each) =>
    (all || each.address === by.recipient) && isLater(each.state, to)
      ? { ...each, state: to }
      : each,
  );
  const state = overallState(recipients);
  const failure = state === "failed" ? (record.failure ?? by.failure) : undefined;
  return { ...record, recipients, state, failure };
}

export function isSame(one: SentRecord, other: SentRecord): boolean {
  return (
    one.state === other.state &&
    one.recipients.every(({ state }, at) => state === other.recipients[at]?.state)
  );
}

export function isOver({ expiresAt }: SentRecord, now: number): boolean {
  return expiresAt !== undefined && now >= expiresAt;
}
