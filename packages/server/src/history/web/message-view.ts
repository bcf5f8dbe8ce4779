/** How a kept message is shown to its owner. Keys without a value are left out; times are those of RFC 3339. */

import { base64 } from "@parlance/wire";
import type { HistoryMessage } from "../../store/index.ts";
import { contentOf, type FileView, type MessageContent } from "./message-content.ts";

export interface MessageView {
  readonly id: string;
  readonly messageId: string | undefined;
  readonly conversation: string;
  readonly direction: "in" | "out";
  readonly mode: HistoryMessage["mode"];
  readonly from: string;
  readonly fromName: string | undefined;
  readonly to: string;
  readonly group: string | undefined;
  /** Of what was said in the session of a group to some of those in it: to whom. OMA IM 8.4 */
  readonly privateTo: readonly string[] | undefined;
  /** Of the session of a group the conversation has it, and not each message. */
  readonly subject: string | undefined;
  readonly time: string;
  readonly contentType: string;
  readonly size: number;
  readonly text: string | undefined;
  readonly file: FileView | undefined;
  readonly fileName: string | undefined;
  /** What is no text, in base64, where it is small. */
  readonly content: string | undefined;
}

const SMALL_BYTES = 16_384;

export function viewOf(message: HistoryMessage, content = contentOf(message)): MessageView {
  const { id, messageId, conversation, direction, mode, from, to, group, subject, at } = message;
  const { contentType, fromName, named, ownSubject, text, file, fileName, octets }: MessageContent =
    content;
  const inGroup = mode === "session" && group !== undefined;
  const small = text === undefined && octets !== undefined && octets.length <= SMALL_BYTES;
  return {
    id,
    messageId,
    conversation,
    direction: direction === "sent" ? "out" : "in",
    mode,
    from,
    fromName,
    to,
    group,
    privateTo: inGroup ? named : undefined,
    subject: inGroup ? ownSubject : subject,
    time: new Date(at).toISOString(),
    contentType,
    size: message.sizeBytes,
    text,
    file,
    fileName,
    content: small ? base64(octets) : undefined,
  };
}
