/** What users send and get, for whoever keeps it for them. OMA IM 13 */
import type { Passage } from "./passage.ts";
import type { User } from "./principal.ts";

export interface Recording {
  /** False: there is no need to tell of messages that he sends now. */
  listensTo(user: User): boolean;
  /** The user's message was taken, by its receiver or by a function that brings it. */
  sent(passage: Passage, user: User): void;
  /** A device of the user has taken the message. */
  received(passage: Passage, user: User): void;
}

/** What is said in sessions, for the side that keeps it: each user has a copy of his own. Clause 15.3 */
export interface SessionRecording {
  /** IM-5.2.4-08e, IM-5.2.4-08f: he keeps what is said in sessions that begin now. */
  keeps(user: User, kind: SessionFacts["kind"]): boolean;
  /** Nothing of it is in the way of what is said. */
  begin(user: User, session: SessionFacts): SessionRecord;
}

export interface SessionFacts {
  /** A large message is one message, and no session that has a record of its own. */
  readonly kind: "session" | "large message";
  /** What its owner wants to call it. */
  readonly name: string | undefined;
  readonly subject: string | undefined;
  /** Address key of the other side, of the group, or of the session: what belongs together. */
  readonly conversation: string;
  /** It is said to all of a group, also of one made for once, and not to one. */
  readonly toMany: boolean;
  readonly group: { readonly address: string; readonly name: string | undefined } | undefined;
  /** Who is, or was, in it beside him, as he may see them. Asked when it begins and when it ends. */
  readonly parties: () => readonly SessionParty[];
}

export interface SessionParty {
  readonly uri: string;
  readonly name: string | undefined;
}

/** The record of one session of one user. */
export interface SessionRecord {
  /** A message begins; undefined: it is not kept. */
  hears(message: HeardHead): HeardMessage | undefined;
  /** Nothing more is said. Again: nothing happens. */
  end(): void;
}

export interface HeardHead {
  readonly direction: "sent" | "received";
  /** Its author as the owner may see him, and his address key unless he hides. */
  readonly from: SessionParty;
  readonly authId: string | undefined;
  /** Of MSRP: message/cpim, or of what comes without an envelope. */
  readonly contentType: string;
  /** What is said of a content without an envelope, but its type. */
  readonly contentHeaders: readonly (readonly [name: string, value: string])[];
  /** Undefined when its sender does not say. */
  readonly sizeBytes: number | undefined;
}

/** Octets of a message on their way to whom it is for. */
export interface HeardMessage {
  /** They are copied: whoever writes them may use their place again. */
  write(octets: Uint8Array): void;
  /** It has arrived in full. */
  end(): void;
  /** It does not arrive. */
  abandon(): void;
}
