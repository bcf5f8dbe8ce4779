/** What a client keeps of a file that was sent or offered: everything but its octets. RFC 5547, RFC 4483 */
import type { ImErrorCode } from "../base/errors.ts";

export type SentFileState =
  /** It is read, and hashed. */
  | "preparing"
  /** The other side is asked. */
  | "offered"
  | "sending"
  /** The connection is lost; it goes on where it was when there is another one. */
  | "interrupted"
  /** All of it has left, and was taken; or everybody who is told where it is may fetch it. */
  | "sent"
  /** It waits at the server for somebody who is not there, or the word of where it is does; he can have it when he is. */
  | "deferred"
  /** The other side has all of it, and has said so. */
  | "delivered"
  | "failed";

export type IncomingFileState =
  /** It waits for a word of the user. */
  | "offered"
  | "receiving"
  /** The connection is lost, or the sender was cut off, and may come back. */
  | "interrupted"
  | "complete"
  | "declined"
  /** The sender does not offer it any more, or nobody has decided in time. */
  | "withdrawn"
  | "failed";

export interface FileResume {
  /** What it is sent to. */
  readonly to: string;
  readonly subject: string | undefined;
  /** That have arrived at the next hop, or at the file server. */
  readonly doneBytes: number;
  /** Where the file server takes the rest of it. */
  readonly upload: BegunUpload | undefined;
}

export interface BegunUpload {
  readonly id: string;
  readonly url: string;
}

interface CommonFileRecord {
  /** file-transfer-id; of a file that a message points to, the id of that message. */
  readonly id: string;
  /** Address of the other user, or of the group. */
  readonly conversation: string;
  /** As in other records. */
  readonly order: number;
  /** Epoch ms, of the offer. */
  readonly at: number;
  readonly name: string | undefined;
  /** Media type. */
  readonly type: string;
  readonly sizeBytes: number | undefined;
  /** As they were announced, in lower-case hexadecimal, by `sha-1` and `sha-256`. */
  readonly hashes: readonly { readonly algorithm: string; readonly value: string }[];
  readonly failure: { readonly code: ImErrorCode; readonly status: number | undefined } | undefined;
  /** Straight, or by way of a file server. */
  readonly via: "session" | "http";
  /** Of the message that says where it is; undefined for one that went straight. */
  readonly messageId: string | undefined;
}

/** Of one of many to whom a file was sent, as far as the server or he himself has told. */
export type RecipientState =
  /** His device asks him. */
  | "asked"
  /** He is not there, or has not answered: it waits for him. */
  | "deferred"
  /** He has all of it. */
  | "delivered"
  /** He has said no. */
  | "declined"
  /** He does not get it. */
  | "failed";

export interface FileRecipient {
  readonly address: string;
  readonly state: RecipientState;
}

export interface SentFileRecord extends CommonFileRecord {
  readonly direction: "sent file";
  readonly state: SentFileState;
  /** How it goes on after the end of the program, where its octets are to be had again. */
  readonly resume?: FileResume;
  /** Of a file for many, of whom anything has been heard. */
  readonly recipients?: readonly FileRecipient[];
}

export interface ReceivedFileRecord extends CommonFileRecord {
  readonly direction: "received file";
  /** Address of the sender. */
  readonly from: string;
  readonly fromName: string | undefined;
  readonly state: IncomingFileState;
  /** Where the application has put it, in its own words. */
  readonly place: string | undefined;
}

export type FileRecord = SentFileRecord | ReceivedFileRecord;

const UNDER_WAY: ReadonlySet<string> = new Set<SentFileState | IncomingFileState>([
  "preparing",
  "offered",
  "sending",
  "receiving",
  "interrupted",
]);

/** Something is still to come of it, as long as the program lives. */
export function isUnderWay({ state }: FileRecord): boolean {
  return UNDER_WAY.has(state);
}
