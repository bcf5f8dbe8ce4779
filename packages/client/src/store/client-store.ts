/** What one client keeps: messages and files of both directions, the outbox, and receipts it owes. */
import type { ImErrorCode } from "../base/errors.ts";
import type { FileRecord, ReceivedFileRecord, SentFileRecord } from "./file-record.ts";

export type SendingState =
  | "queued"
  | "sent"
  | "accepted"
  | "deferred"
  | "delivered"
  | "displayed"
  | "failed";

export type ReceiptKind = "delivered" | "displayed";

/** Whom a message is for. OMA IM 7.1.3.3 */
export type Reach =
  /** One user, or those of a list. */
  | "direct"
  /** Everybody in a group, in its session. */
  | "all"
  /** Some of those in a group, in its session. */
  | "private"
  /** Said by the group itself. */
  | "system";

interface CommonRecord {
  /** imdn.Message-ID, or what stands for it: unique together with the direction and the peer. */
  readonly id: string;
  /** Address of the other user, or of the group. */
  readonly conversation: string;
  /** Grows with each record of this store; 0 until the store has given one. */
  readonly order: number;
  /** Epoch ms, of the writing for messages sent, of the arrival for messages received. */
  readonly at: number;
  readonly contentType: string;
  readonly content: Uint8Array;
  /** Content-Disposition: how it wants to be shown, and the name of a file. RFC 2183 */
  readonly disposition: string | undefined;
  /** Absent in what older versions have kept: `direct`. */
  readonly reach?: Reach;
}

export interface SentRecord extends CommonRecord {
  readonly direction: "sent";
  readonly recipients: readonly Recipient[];
  readonly state: SendingState;
  /** Why it failed. */
  readonly failure:
    | {
        readonly code: ImErrorCode;
        readonly status: number | undefined;
        /** What the server says of it, if anything. Absent in what older versions have kept. */
        readonly warning?: string;
      }
    | undefined;
  readonly receipts: readonly ReceiptKind[];
  /** Epoch ms after which it is worth nothing. */
  readonly expiresAt: number | undefined;
  readonly anonymous: boolean;
  /** Every recipient may learn of the others. */
  readonly namesRecipients: boolean;
  readonly subject: string | undefined;
  /** The group has it, but not everybody in it has said so. */
  readonly partly?: boolean;
}

export interface Recipient {
  readonly address: string;
  /** What the request is sent to, where the address alone does not say it. */
  readonly uri: string | undefined;
  readonly state: SendingState;
}

export interface ReceivedRecord extends CommonRecord {
  readonly direction: "received";
  /** Who it says it is from, as shown: an anonymous address when the sender hides. */
  readonly from: string;
  readonly fromName: string | undefined;
  /** The same user has written it, on another device. */
  readonly own?: boolean;
  /** Of a private one: entities of those whom it is for, as far as that is known. */
  readonly privateTo?: readonly string[];
  /** CPIM DateTime, epoch ms. */
  readonly writtenAt: number | undefined;
  readonly subject: string | undefined;
  /** The application has seen it. */
  readonly seen: boolean;
  /** The user has. */
  readonly displayed: boolean;
  /** Receipts asked for. */
  readonly wants: readonly ReceiptKind[];
  /** Receipts that still have to reach the server. */
  readonly owed: readonly ReceiptKind[];
  /** It points to a file that has not been fetched: whoever wants receipts is told when it has. */
  readonly unfetched?: boolean;
  /** The message/cpim as it came, from which receipts are made; undefined for bare bodies. */
  readonly envelope: Uint8Array | undefined;
}

/** Goes by the session of a group, and by nothing else. */
export function isInRoom({ reach }: Pick<CommonRecord, "reach">): boolean {
  return reach === "all" || reach === "private";
}

export type MessageRecord = SentRecord | ReceivedRecord;

export type StoredRecord = MessageRecord | FileRecord;

/** Every method resolves when the change would survive the end of the process, as far as the store can. */
export interface ClientStore {
  /** Undefined when that record is there already; else the record with its order. */
  add<R extends StoredRecord>(record: R): Promise<R | undefined>;
  /** Nothing happens when it is gone. */
  change(record: StoredRecord): Promise<void>;
  /** They are gone for good. Those that are not there do not matter. */
  remove(records: readonly StoredRecord[]): Promise<void>;
  sent(id: string): Promise<SentRecord | undefined>;
  received(id: string, from: string): Promise<ReceivedRecord | undefined>;
  sentFile(id: string): Promise<SentFileRecord | undefined>;
  receivedFile(id: string, from: string): Promise<ReceivedFileRecord | undefined>;
  /**
   * Of which something is still to come, oldest first: sent records in state queued, sent or deferred, and files
   * that are under way, or that the server keeps.
   */
  pending(): Promise<readonly (SentRecord | FileRecord)[]>;
  /** Received records not seen by the application, oldest first, behind `after` in order. */
  unseen(after: number, limit: number): Promise<readonly ReceivedRecord[]>;
  /** Received records that owe a receipt. */
  owing(limit: number): Promise<readonly ReceivedRecord[]>;
  /** Newest first, those with an order below `before`. */
  page(conversation: string, before: number, limit: number): Promise<readonly StoredRecord[]>;
  /** The newest record of each conversation, the newest conversation first. */
  conversations(limit: number): Promise<readonly StoredRecord[]>;
  /** Small values that outlive the process: the instance id. */
  value(key: string): Promise<string | undefined>;
  setValue(key: string, value: string): Promise<void>;
  close(): Promise<void>;
}
