/** The server as notifier of what its functions let others watch. RFC 6665 §4.2 */
import type { EndReason, EventPackage, NameAddr, Tagged } from "@parlance/sip";
import type { Towards } from "./onward.ts";
import type { Passage, Verdict } from "./passage.ts";

/** Something that can be watched. */
export interface Watched {
  /** What is bounded together: subscriptions to one thing. */
  readonly name: string;
  readonly package: EventPackage;
  /** Our Contact in the dialog of a subscription. */
  contact(towards: Pick<Towards, "transport" | "local">): NameAddr;
  /** A subscription begins; what it tells is asked of the watcher. */
  watch(watch: Watch): Watcher;
}

/** A subscription, as the function that is watched holds it. */
export interface Watch {
  /** There is something to tell, as soon as what was told before has been answered. */
  changed(): void;
  /** The last NOTIFY goes out. */
  end(reason: EndReason): void;
}

export interface Watcher {
  /** May he see it still? Asked when he subscribes anew, and before each NOTIFY. Security rule 18 */
  readonly allowed: boolean;
  /**
   * The body of the next NOTIFY. `whole`: the first one, and after he has subscribed anew. `inDatagrams`: it has to
   * fit into one.
   */
  tell(whole: boolean, inDatagrams: boolean): WatchedState;
  /** No NOTIFY follows. */
  over(): void;
}

export interface WatchedState {
  readonly type: string;
  readonly bytes: Uint8Array;
  /** It did not all fit: `tell` is called again once this has been answered. */
  readonly more: boolean;
}

export interface Notifier {
  /** Answers a SUBSCRIBE outside of dialogs by a sender who may watch it. */
  subscribe(passage: Passage, watched: Watched): Verdict;
  /**
   * The subscription that another request makes with its 2xx, for so many seconds; undefined where it came by
   * nothing that leads back. RFC 3515 §2.4.4
   */
  implied(passage: Passage, event: Tagged, watched: Watched): Watch | undefined;
}
