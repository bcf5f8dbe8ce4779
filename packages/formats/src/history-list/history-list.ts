/**
 * What is stored of a user's messages, without the messages: application/vnd.oma.im.history-list+xml
 * for conversations, application/vnd.oma.im.deferred-list+xml for what waits for him. OMA IM XDM
 */

export interface HistoryList {
  readonly entries: readonly HistoryEntry[];
}

export interface HistoryEntry {
  /** The SIP URI by which it is asked for, and found when it is deleted. */
  readonly reference: string;
  readonly sizeBytes: number | undefined;
  /** When it is deleted: a date and time of RFC 3339, as written. */
  readonly expiry: string | undefined;
  readonly subject: string | undefined;
  /** What it is: a word of ours, which no other server says. */
  readonly type: string | undefined;
  readonly record: PagerRecord | ConferenceRecord | undefined;
}

/** A message in pager or large message mode. */
export interface PagerRecord {
  readonly kind: "pager";
  readonly timeStamp: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** The asserted address of a sender who did not hide it. */
  readonly authId: string | undefined;
  readonly recipients: Parties | undefined;
}

/** A session. */
export interface ConferenceRecord {
  readonly kind: "conference";
  readonly timeStart: string | undefined;
  readonly timeEnd: string | undefined;
  readonly recordingName: string | undefined;
  readonly participants: Parties | undefined;
}

/** Who was in it, and the group that it was. */
export interface Parties {
  readonly groupUri: string | undefined;
  readonly groupDisplayName: string | undefined;
  readonly entries: readonly Party[];
}

export interface Party {
  readonly uri: string;
  readonly displayName: string | undefined;
}

export const HISTORY_LIST_TYPE = "application/vnd.oma.im.history-list+xml";
export const DEFERRED_LIST_TYPE = "application/vnd.oma.im.deferred-list+xml";
export const HISTORY_LIST = "urn:oma:xml:im:history-list";
