/** What the server has kept of a conversation, as an application sees it. */
import type { Signal } from "../base/signal.ts";
import type { Reach } from "../store/client-store.ts";

export interface KeptFile {
  readonly url: string;
  /** Safe to offer for saving. */
  readonly name: string;
  readonly type: string | undefined;
  readonly sizeBytes: number | undefined;
  readonly expiresAt: Date | undefined;
}

export interface KeptMessage {
  /** By which it is fetched and removed. */
  readonly id: string;
  readonly messageId: string | undefined;
  /** Address of the other user, or of the group. */
  readonly conversation: string;
  readonly direction: "in" | "out";
  readonly from: string;
  readonly fromName: string | undefined;
  readonly to: string;
  readonly group: string | undefined;
  /** Whom it was for, as a message has it that has just come. */
  readonly reach: Reach;
  /** Of a private one: addresses of those whom it was for. */
  readonly privateTo: readonly string[];
  readonly subject: string | undefined;
  readonly at: Date;
  readonly contentType: string;
  readonly sizeBytes: number;
  readonly text: string | undefined;
  readonly file: KeptFile | undefined;
  /** Where it is a file itself. Safe to offer for saving. */
  readonly fileName: string | undefined;
  /** What is no text, where it is small; `im.history.content` fetches what is not. */
  readonly content: Uint8Array | undefined;
  /** Rises with each message that is kept. */
  readonly place: number;
  /** Pages before and behind it begin here. */
  readonly cursor: string;
}

export interface KeptPage {
  /** The oldest first. */
  readonly messages: readonly KeptMessage[];
  /** Undefined at the beginning. */
  readonly before: string | undefined;
  readonly after: string;
}

export interface KeptPageQuery {
  /** Address of the other user, or of a group; all conversations without it. */
  readonly with?: string;
  /** Messages older than this cursor, or newer than that; the newest without either. */
  readonly before?: string;
  readonly after?: string;
  /** Messages of one page. Default 50, at most 200. */
  readonly limit?: number;
  readonly signal?: Signal;
}

export interface KeptConversation {
  readonly address: string;
  readonly kind: "user" | "group" | "room";
  /** Of a group: what it is called, as far as it has a name and the user may come into it; of one that was made for once, its subject. */
  readonly name: string | undefined;
  /** It was a group, and there is none any more. */
  readonly ended: boolean;
  /** Messages that no device has shown; 1,000 stands for that many or more. */
  readonly unread: number;
  readonly newest: KeptMessage;
}

export interface KeptConversations {
  /** The one with the newest message first. */
  readonly conversations: readonly KeptConversation[];
  readonly before: string | undefined;
}

export interface SearchHit extends Omit<KeptMessage, "text"> {
  /** The part of the text around what was found. */
  readonly excerpt: string;
  readonly cutBefore: boolean;
  readonly cutAfter: boolean;
  /** Where in `excerpt` the words are. */
  readonly matches: readonly { readonly start: number; readonly length: number }[];
}

export interface SearchOptions {
  /** Only in this conversation. */
  readonly in?: string | { readonly address: string };
  /** Default 20. */
  readonly limit?: number;
  /** Only hits older than the one with this cursor. */
  readonly before?: string;
  readonly signal?: Signal;
}

export type ExportFormat = "json" | "jsonl" | "csv" | "html";
