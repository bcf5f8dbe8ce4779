/** What brings messages in a session. */
import type { SendFailure, Sending } from "@parlance/msrp";
import type { SentRecord } from "../store/client-store.ts";

/** What the sender of a message in a session hears of it: `failed`, or `accepted` and then one of the others. */
export interface CarriedLife {
  accepted(): void;
  delivered(): void;
  /** No word of the far end, and none will come. */
  unreported(): void;
  failed(failure: SendFailure): void;
}

export interface Carrier {
  /** The other side drops a message whose id it knows, whichever way it comes. */
  readonly knowsDoubles: boolean;
  /** Undefined when it is too late. */
  send(record: SentRecord, life: CarriedLife): Sending | undefined;
}

/** One that is in a group. */
export interface RoomCarrier extends Carrier {
  /** How long the next message has to wait, so as not to be too fast. */
  waitMs(): number;
}
