/** What serving the history of users needs. */
import type { Clock } from "@parlance/wire";
import type { LimitWatch, Log, Metrics, User, WebLogin } from "../../ports/index.ts";
import type { FileContent, HistoryStore, RecordingStore } from "../../store/index.ts";
import type { Cursors } from "./cursors.ts";

/** A group that there is, or one that was made for once and whose session runs. */
export interface GroupPlace {
  readonly kind: "group" | "room";
  /** Undefined where it has none, or it is not for that user to know. */
  readonly name: string | undefined;
}

export interface HistoryWork {
  readonly store: HistoryStore;
  /** What holds sessions together. */
  readonly recordings: Pick<RecordingStore, "list" | "remove">;
  /** Octets of large messages. */
  readonly content: FileContent | undefined;
  readonly cursors: Cursors;
  readonly clock: Clock;
  /** The address under which a conversation is kept; undefined for what is no address. */
  readonly keyOf: (address: string) => string | undefined;
  /** As that user may see it. Undefined: there is none at that address now. */
  readonly groupAt: (conversation: string, user: User) => GroupPlace | undefined;
  /** Something of the user's was removed; the list that the server writes is another. */
  readonly removed: (user: User) => void;
  /** The user has read something: his devices learn of it. */
  readonly read: (user: User) => void;
}

export interface HistoryWebPorts extends HistoryWork {
  readonly login: WebLogin;
  /** Takes one from what a user may ask, of everything or of what is dear; how many seconds to wait when none is left. */
  readonly take: (user: string, what: "request" | "search") => number | undefined;
  readonly hits: LimitWatch;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface HistoryWebOptions {
  /** Archives that are being read at one time. */
  readonly exports: number;
}
