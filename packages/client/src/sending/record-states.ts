/** How the record of a message changes when something is heard of it. */
import type { ImError } from "../base/errors.ts";
import type { SendingState, SentRecord } from "../store/client-store.ts";
import { isLater, overallState } from "./sent-message.ts";

export type Failure = SentRecord["failure"];

const WARNING_CHARACTERS = 200; // it is for a line that people read

/** What a record keeps of why it has failed. */
export function keptOf({ code, status, warning }: ImError): NonNullable<Failure> {
  const said = warning === undefined ? {} : { warning: warning.slice(0, WARNING_CHARACTERS) };
  return { code, status, ...said };
}

/** What a negative receipt tells. */
export const UNDELIVERED: Failure = { code: "not reachable", status: undefined };

/** Every recipient, or the one named, and with them the message. */
export function moved(
  record: SentRecord,
  to: SendingState,
  by: { readonly recipient?: string; readonly failure?: Failure | undefined } = {},
): SentRecord {
  if (record.reach === "all" && by.recipient !== undefined && by.recipient !== record.conversation)
    return seenBy(record, to, by.recipient);
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

/** So many of a group are remembered who have seen one message. */
const MOST_READERS = 1_000;

/** One of the group has it, or has seen it: what holds for all of them does not change. */
function seenBy(record: SentRecord, state: SendingState, address: string): SentRecord {
  const { recipients } = record;
  const known = recipients.find((each) => each.address === address);
  if (known !== undefined) {
    if (!isLater(known.state, state)) return record;
    const changed = recipients.map((each) => (each === known ? { ...each, state } : each));
    return { ...record, recipients: changed };
  }
  if (recipients.length > MOST_READERS) return record;
  return { ...record, recipients: [...recipients, { address, uri: undefined, state }] };
}

export function isSame(one: SentRecord, other: SentRecord): boolean {
  return (
    one.state === other.state &&
    one.partly === other.partly &&
    one.recipients.length === other.recipients.length &&
    one.recipients.every(({ state }, at) => state === other.recipients[at]?.state)
  );
}

export function isOver({ expiresAt }: SentRecord, now: number): boolean {
  return expiresAt !== undefined && now >= expiresAt;
}
