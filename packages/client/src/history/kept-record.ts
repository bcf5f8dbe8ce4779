/** What the server has kept, as this client would have it in its own store. */
import { attachment, formatDisposition } from "@parlance/formats";
import { equalBytes, utf8Bytes } from "@parlance/wire";
import type { ClientStore, ReceivedRecord } from "../store/client-store.ts";
import type { KeptMessage } from "./kept-message.ts";

/** `own`: the user's address. What he has written himself comes as from another device of his. */
export function recordOf(message: KeptMessage, own: string): ReceivedRecord {
  const { id, messageId, conversation, direction, fromName, subject, at } = message;
  const { contentType, fileName, reach, privateTo } = message;
  const isOwn = direction === "out";
  return {
    direction: "received",
    id: messageId ?? id,
    conversation,
    order: 0,
    at: at.getTime(),
    contentType,
    content: message.text === undefined ? (message.content ?? NOTHING) : utf8Bytes(message.text),
    disposition: fileName === undefined ? undefined : formatDisposition(attachment(fileName)),
    from: isOwn ? own : message.from,
    fromName,
    writtenAt: at.getTime(),
    subject,
    ...(isOwn ? { own: true } : {}),
    ...(reach === "direct" ? {} : { reach }),
    ...(privateTo.length === 0 ? {} : { privateTo }),
    seen: true,
    displayed: isOwn,
    wants: [],
    owed: [],
    envelope: undefined,
  };
}

const NOTHING = new Uint8Array(0);
const COMPARED = 50;
/** Two clocks, and the time that a message takes. */
export const ALIKE_MS = 120_000;
export const TRANSFER_MS = 86_400_000;

/** Whether the store has it, and as what: by its Message-ID, or where it has none by what it says at about that time. */
export async function knownAs(
  { messageId, sizeBytes }: Pick<KeptMessage, "messageId" | "sizeBytes">,
  record: ReceivedRecord,
  store: ClientStore,
): Promise<"message" | "file" | undefined> {
  const { id, from, own, conversation, at, content, contentType } = record;
  if ((await store.received(id, from)) !== undefined) return "message";
  if (own === true && (await store.sent(id)) !== undefined) return "message";
  const newest = await store.page(conversation, Number.MAX_SAFE_INTEGER, COMPARED);
  const found = newest.find((other) => {
    if (other.direction === "sent") return false;
    const apartMs = Math.abs(other.at - at);
    if (other.direction === "received") {
      // In a group somebody may go by another address than for the server.
      if (messageId !== undefined) return other.id === id;
      return other.from === from && apartMs < ALIKE_MS && equalBytes(other.content, content);
    }
    // A file that went straight is no message here, and may have taken its time.
    const alike = other.sizeBytes === sizeBytes && other.type === contentType;
    return other.via === "session" && alike && apartMs < TRANSFER_MS;
  });
  if (found === undefined) return undefined;
  return found.direction === "received" ? "message" : "file";
}
