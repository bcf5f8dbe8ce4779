/** A conference at one moment, as its focus keeps it and as a subscriber rebuilds it. RFC 4575 §4.6 */
import type { PersistentMap } from "@parlance/wire";
import type {
  ConferenceDescription,
  ConferenceHost,
  ConferenceStatus,
  ConferenceUser,
} from "./conference-info.ts";

export interface Conference {
  /** The URI of the conference. */
  readonly entity: string;
  readonly description: ConferenceDescription | undefined;
  readonly host: ConferenceHost | undefined;
  readonly status: ConferenceStatus | undefined;
  /** By entity, in the order in which they came. */
  readonly users: PersistentMap<ConferenceUser>;
}

/** A conference of which nothing but documents is known. */
export interface KnownConference extends Conference {
  /** Of the document that was applied last. */
  readonly version: number;
}
