/** Watching something on a server: what is asked for, and what is heard. RFC 6665 §4.1 */
import type { Body, EndReason, Face, SipUri, Uri } from "@parlance/sip";
import type { Clock, Random } from "@parlance/wire";
import type { Requests } from "./requests.ts";

/** What is watched. */
export interface Watching {
  readonly uri: Uri;
  /** Name of the event package. */
  readonly event: string;
  /** Media type of its documents. */
  readonly accept: string;
  readonly seconds: number;
  readonly account: SipUri;
  readonly userAgent: string;
  /** Hides who watches. */
  readonly anonymous: boolean;
  /** What of it is watched, for packages that want a list. */
  readonly body?: Body;
}

export interface WatchOwner {
  /** A document; `fresh`: the first of a dialog, whose versions begin anew. */
  notified(document: Uint8Array, fresh: boolean): void;
  /** `again`: another try follows by itself. */
  ended(reason: EndReason | undefined, again: boolean): void;
}

export interface Watch {
  /** Asks for everything once more. */
  refresh(): void;
  /** Nothing is told any more. */
  leave(): void;
}

export interface SubscriptionsPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly requests: Requests;
  readonly face: () => Pick<Face, "contact" | "allow" | "supported">;
}
