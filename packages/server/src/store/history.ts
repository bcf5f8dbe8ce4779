/** Conversations that users keep on the server. OMA SIMPLE IM clause 13 */

/** What is known of a kept message without its content. */
export interface HistoryEntry {
  /** By which its owner asks for it. See `TimeOrderedIds`. */
  readonly id: string;
  /** Name of the account that keeps it; whoever it came from may keep it as well, on his own. */
  readonly owner: string;
  /** Rises with each message that the owner keeps, and is never used again: the place of a page. */
  readonly sequence: number;
  /** Address key of the other party, of the group or of the session: what belongs together. */
  readonly conversation: string;
  readonly direction: "sent" | "received";
  readonly mode: "pager" | "large" | "session";
  /** The author as the owner may see him. */
  readonly from: string;
  /** Address key of the asserted author; undefined when he hid it. */
  readonly authId: string | undefined;
  readonly to: string;
  /** The group or list it was sent to, if any. */
  readonly group: string | undefined;
  readonly subject: string | undefined;
  /** Of what is in the envelope, `type/subtype`. */
  readonly type: string;
  /** Of the envelope or of the request; undefined when it has none. */
  readonly messageId: string | undefined;
  readonly at: number;
  readonly expiresAt: number;
  /** Size of the content as shown to the user; the quota counts the bytes that are stored. */
  readonly sizeBytes: number;
  /** Of a large message: under which id its octets lie outside of the store. They count too. */
  readonly content: string | undefined;
}

export interface HistoryMessage extends HistoryEntry {
  /** The message as it can be brought again. */
  readonly bytes: Uint8Array;
}

export interface NewHistoryMessage extends Omit<HistoryMessage, "sequence"> {
  /** By what it is found, as `foldText` makes it; empty when there is nothing to read in it. */
  readonly searchText: string;
}

export interface HistoryQuota {
  readonly messages: number;
  readonly bytes: number;
}

export interface HistoryUsage {
  readonly messages: number;
  readonly bytes: number;
}

export interface HistoryPageRequest {
  /** Only of this conversation; undefined for all. */
  readonly conversation: string | undefined;
  /** Only those with a lower sequence; undefined begins with the newest. */
  readonly before: number | undefined;
  readonly limit: number;
}

export interface HistoryHits {
  /** The newest first. */
  readonly entries: readonly HistoryEntry[];
  /** Where to go on, also after a page without hits: one call looks at so many messages and no more. */
  readonly before: number | undefined;
}

/** Which part of what is kept is read, with its content. */
export interface HistoryPart {
  /** Only of this conversation; undefined for all. */
  readonly conversation: string | undefined;
  /** `older`: the newest first; `newer`: the oldest first. */
  readonly towards: "older" | "newer";
  /** Only those beyond that sequence; undefined begins at the end. */
  readonly from: number | undefined;
  readonly limit: number;
  /** No more than so many stored octets together, but one message at least. */
  readonly bytes: number;
}

/** Up to where a user has read a conversation, as one of his devices has said. */
export interface HistoryMark {
  readonly conversation: string;
  /** Rises with each mark that the owner sets. */
  readonly version: number;
  /** Place of the message, and by what else devices know it; it may be gone by now. */
  readonly sequence: number;
  readonly id: string;
  readonly messageId: string | undefined;
  readonly at: number;
}

/** What its owner has removed, for devices that have copies of their own. */
export interface HistoryRemoval {
  readonly conversation: string;
  /** By which devices know the message, or its id in the history where it has none; undefined: all of the conversation. */
  readonly messageId: string | undefined;
  readonly at: number;
}

export interface NumberedHistoryRemoval extends HistoryRemoval {
  /** Rises with each that is noted. */
  readonly version: number;
}

export interface HistoryConversation {
  readonly conversation: string;
  readonly newest: HistoryMessage;
  /** Received and behind the mark; `HISTORY_UNREAD_BOUND` stands for that many or more. */
  readonly unread: number;
  readonly mark: HistoryMark | undefined;
}

/** A message of a conversation: by its id in the history, or the newest of these by their Message-IDs. */
export type HistoryPoint =
  | { readonly by: "id"; readonly id: string }
  | { readonly by: "messageIds"; readonly ids: readonly string[] };

/** A part of what all users have kept. */
export type HistoryScope =
  | { readonly of: "owner"; readonly name: string }
  | { readonly of: "conversation"; readonly name: string };

export interface HistoryState {
  readonly kept: number;
  readonly marked: number;
  readonly removals: number;
}

/** What a sweep took away. */
export interface HistorySwept {
  readonly removed: number;
  /** Of whom something has expired: what he had removed himself he knows. */
  readonly owners: readonly string[];
  /** Contents outside of the store that no message names any more. */
  readonly contents: readonly string[];
  /** There may be more to do now. */
  readonly more: boolean;
}

export interface HistoryStore {
  /**
   * Durable when it resolves "stored" or "known" (the id was there before). Checks the quota of the owner in
   * the same commit: what is kept stays, the new one is refused.
   */
  add(message: NewHistoryMessage, quota: HistoryQuota): Promise<"stored" | "known" | "over quota">;

  /** Reads only: the newest first. */
  page(owner: string, request: HistoryPageRequest): Promise<readonly HistoryEntry[]>;

  /** The newest first, of those that have every one of these words somewhere in their search text. */
  search(
    owner: string,
    words: readonly string[],
    request: HistoryPageRequest,
  ): Promise<HistoryHits>;

  /** Reads only. */
  read(owner: string, part: HistoryPart): Promise<readonly HistoryMessage[]>;

  /**
   * Reads only: those in which there is a message, the one with the newest message first, with newest messages before
   * that sequence; undefined begins with the newest.
   */
  conversations(
    owner: string,
    before: number | undefined,
    limit: number,
  ): Promise<readonly HistoryConversation[]>;

  /**
   * Durable when it resolves: the owner has read that conversation up to there. A mark never goes back: `changed` is
   * false when it was there or beyond. Undefined: there is no such message. A mark goes with the last message of its
   * conversation.
   */
  mark(
    owner: string,
    conversation: string,
    upTo: HistoryPoint,
  ): Promise<{ readonly mark: HistoryMark; readonly changed: boolean } | undefined>;

  /** Reads only: in the order of their versions, those above `after`. */
  marks(owner: string, after: number, limit: number): Promise<readonly HistoryMark[]>;

  /**
   * Durable when it resolves. Of one owner the last `HISTORY_REMOVALS_BOUND` are kept, none of them for longer than
   * `HISTORY_REMOVALS_MS` once there is a newer one; what says the same, or is of a conversation of which all is removed, goes.
   */
  noteRemoval(owner: string, removal: HistoryRemoval): Promise<void>;

  /** Reads only: in the order of their versions, those above `after`. */
  removals(owner: string, after: number, limit: number): Promise<readonly NumberedHistoryRemoval[]>;

  /** Reads only: sequence of the last message, version of the last mark and of the last removal; 0 where there was none. */
  state(owner: string): Promise<HistoryState>;

  /** Reads only. A message of another owner is not found. */
  find(owner: string, id: string): Promise<HistoryMessage | undefined>;

  /**
   * Durable when it resolves: how many of them were there and are gone for the owner, who does not get the room back
   * before `sweep` has taken them away.
   */
  remove(owner: string, ids: readonly string[]): Promise<number>;

  /**
   * Durable when it resolves, like `remove`: the newest ones, at most `limit`, of one conversation or of all. With all go
   * the removals that were noted.
   */
  removeNewest(owner: string, conversation: string | undefined, limit: number): Promise<number>;

  /**
   * Durable when it resolves: takes away what was removed and what has expired by `now`, with all that it was found by;
   * looks at `limit` messages and no more, at fewer when that would hold up others. What is on hold stays, and is looked at again a day later.
   */
  sweep(now: number, limit: number): Promise<HistorySwept>;

  /**
   * Durable when it resolves: of this user, or in this conversation of whomever, what would stay for longer than
   * `keepMs` after it was said stays so long. Looks at `limit` messages beyond `after`, a place that it has given itself;
   * where to go on, undefined when it has looked at all.
   */
  shorten(
    of: HistoryScope,
    keepMs: number,
    after: number | undefined,
    limit: number,
  ): Promise<number | undefined>;

  /** Durable when it resolves: from now on nothing of the owner is swept, or it is again. False: it was so before. */
  hold(owner: string, held: boolean): Promise<boolean>;

  /** Reads only. */
  isHeld(owner: string): Promise<boolean>;

  /** Reads only: what counts against the quota, also what was removed and is not swept yet. */
  usage(owner: string): Promise<HistoryUsage>;

  /**
   * Reads only: the most messages that anybody has, and the most octets, be they of one user or of two.
   * Undefined where there is too much to be counted.
   */
  mostUsed(): Promise<HistoryUsage | undefined>;

  /** Reads only: ids of all contents that messages have outside of the store. */
  contents(): Promise<readonly string[]>;
}

/** So many messages one search looks at before it lets others have the store. */
export const HISTORY_SEARCH_BOUND = 2_000;
/** So many messages Message-IDs are looked for among, the newest ones. */
export const HISTORY_MARK_BOUND = 2_000;
/** So many removals a device may miss. */
export const HISTORY_REMOVALS_BOUND = 1_000;
/** So long a device may be away and learn of them all the same. */
export const HISTORY_REMOVALS_MS = 90 * 86_400_000;
/** Nobody counts further what he has not read. */
export const HISTORY_UNREAD_BOUND = 1_000;
/** How long after a sweep that left it what is on hold is looked at again. */
export const HISTORY_HOLD_MS = 86_400_000;
