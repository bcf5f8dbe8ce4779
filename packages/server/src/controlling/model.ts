/** What the controlling function knows and keeps: groups, and messages on their way to many. */
import type { Entity, Recipient } from "@parlance/formats";
import type { InExternalList, PreparedGroup } from "@parlance/im";

/** A pre-defined group, or a chat room. */
export interface Group {
  /** Address key of the IM Group Identity. */
  readonly identity: string;
  readonly displayName: string | undefined;
  /** URIs of the members. */
  readonly members: readonly string[];
  /** Whether a session of the group calls its members, or waits for them as a chat room does. */
  readonly inviteMembers: boolean;
  /** May somebody who is no member write to it? */
  readonly openToAll: boolean;
  readonly allowAnonymity: boolean;
  readonly pagerMessages: boolean;
  /** Its document, from which all of this is taken. */
  readonly document: PreparedGroup;
  /** Who stands in the lists elsewhere that its rules name. */
  readonly inList: InExternalList;
  /** Address key of the user whose document it is. */
  readonly owner: string | undefined;
}

export interface Groups {
  /** As its document says now. */
  find(identity: string): Group | undefined;
  /** Tells of each change of a group. */
  onChange(listener: GroupListener): void;
}

/** Undefined: there is no such group any more. */
export type GroupListener = (identity: string, group: Group | undefined) => void;

/** The body of a MESSAGE to many, taken apart. */
export interface ListBody {
  readonly recipients: readonly Recipient[];
  /** What the recipients are to get. */
  readonly parts: readonly Entity[];
}

/** What has to be remembered beside the request to make the copies. */
export interface CopyContext {
  readonly originator: {
    readonly uri: string;
    readonly address: string;
    readonly anonymous: boolean;
    /** Name of the account, when the originator is one of our users. */
    readonly user: string | undefined;
  };
  /** All recipients of the message in their order, so that each copy keeps its number. */
  readonly recipients: readonly string[];
  /** Whether the envelope of each copy names its recipient; that of a group names the group. */
  readonly readdress: boolean;
}
