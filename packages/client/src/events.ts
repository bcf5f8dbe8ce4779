/** What a client tells. */
import type { GroupInvitation } from "./conference/group-invitation.ts";
import type { Room } from "./conference/room.ts";
import type { ConnectionState } from "./connection/connection.ts";
import type { ComposingChange } from "./conversation/composing.ts";
import type { HistoryRemoved } from "./history/removals.ts";
import type { UnreadChange } from "./history/unread.ts";
import type { OwnedEvents } from "./owned/owned.ts";
import type { IncomingMessage } from "./receiving/incoming-message.ts";
import type { SentMessage } from "./sending/sent-message.ts";
import type { IncomingFile } from "./session/files/incoming-file.ts";
import type { SessionInvitation } from "./session/session-invitation.ts";
import type { SessionChange } from "./session/talks.ts";

export interface ClientEvents extends OwnedEvents {
  /** A message that the application has not seen. Also of an earlier run, when the store kept it. */
  message: IncomingMessage;
  /** The user has more or fewer messages to read in a conversation: by what comes, and by what is read here or elsewhere. */
  unread: UnreadChange;
  /**
   * With `shareHistory`: what the server keeps of the user's conversations is in the store of this new device now. These
   * messages are not news, so no `message` tells of them.
   */
  history: undefined;
  /** The user has removed something of his history, on this device or, with `shareHistory`, on another one. */
  removed: HistoryRemoved;
  /** A message of ours has moved on. */
  sent: SentMessage;
  /** Somebody writes, or has stopped. */
  composing: ComposingChange;
  /** A session of a conversation begins, breaks, comes back or ends. */
  session: SessionChange;
  /**
   * Somebody calls, and the application is to decide: where `sessions.incoming` is `ask`, and for groups where
   * `sessions.groups` is.
   */
  invitation: SessionInvitation | GroupInvitation;
  /** The client is in a group that the application has not asked for: by an invitation, or out of a conversation. */
  room: Room;
  /** Somebody offers a file. Where nobody listens, offers of files are refused. */
  file: IncomingFile;
  connection: ConnectionState;
  /** Something failed that nobody waits for: a listener threw, or the store refused. */
  error: unknown;
}
