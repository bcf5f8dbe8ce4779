/** A large message to many, one session for each: where the server takes no list with it. OMA IM 9.1.1 */
import { ImError, type ImErrorCode } from "../base/errors.ts";
import type { Signal } from "../base/signal.ts";
import type { Recipient, SendingState, SentRecord } from "../store/client-store.ts";

export interface ToEachPorts {
  /** Sends it as a session of its own. Rejects with ImError. */
  readonly large: (record: SentRecord, signal: Signal | undefined) => Promise<SendingState>;
  /** How far it got with one of them. */
  readonly reached: (id: string, to: SendingState, by: Reached) => Promise<void>;
}

export interface Reached {
  /** Address. */
  readonly recipient: string;
  /** Why it has failed. */
  readonly error: ImError | undefined;
}

/** One who lets it ring must not keep all others waiting. */
const AT_ONCE = 4;
const AGAIN: ReadonlySet<ImErrorCode> = new Set(["offline", "timeout", "server trouble", "closed"]);

/** Those to whom nothing has been sent with success yet. */
export function leftOf({ recipients }: SentRecord): readonly Recipient[] {
  return recipients.filter(({ state }) => state === "queued" || state === "sent");
}

/** With whom it may be tried again, and what went wrong the last time. */
export interface Trouble {
  readonly with: readonly string[];
  readonly error: ImError;
}

/** Resolves when it has been tried with everybody; without trouble everybody's fate is told. */
export async function sendToEach(
  record: SentRecord,
  signal: Signal | undefined,
  { large, reached }: ToEachPorts,
): Promise<Trouble | undefined> {
  const waiting = [...leftOf(record)];
  let trouble: Trouble | undefined;
  const one = async (recipient: Recipient): Promise<void> => {
    const { address } = recipient;
    try {
      const state = await large({ ...record, recipients: [recipient] }, signal);
      await reached(record.id, state, { recipient: address, error: undefined });
    } catch (error) {
      if (!(error instanceof ImError)) throw error;
      if (AGAIN.has(error.code)) {
        trouble = { with: [...(trouble?.with ?? []), address], error };
      } else await reached(record.id, "failed", { recipient: address, error });
    }
  };
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await one(next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return trouble;
}
