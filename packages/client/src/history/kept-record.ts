/** What the server has kept, as this client would have it in its own store. */
import { equalBytes, utf8Bytes } from "@parlance/wire";
import type { ClientStore, ReceivedRecord } from "../store/client-store.ts";
import type { KeptMessage } from "./kept-message.ts";

/** `own`: the user's address. What he has written himself comes as from another device of his. */
export function recordOf(message: KeptMessage, own: string): ReceivedRecord {
  const { id, messageId, conversation, direction, fromName, subject, at, contentType } = message;
  const isOwn = direction === "out";
  return {
    direction: "received",
    id: messageId ?? id,
    conversation,
    order: 0,
    at: at.getTime(),
    contentType,
    content: message.text === undefined ? (message.content ?? NOTHING) : utf8Bytes(message.text),
    disposition: undefined,
    from: isOwn ? own : message.from,
    fromName,
    writtenAt: at.getTime(),
    subject,
    ...(isOwn ? { own: true } : {}),
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
const ALIKE_MS = 120_000;

/** Whether the store has it: by its Message-ID, or where it has none by what it says at about that time. */
export async function isKnown(
  { messageId }: Pick<KeptMessage, "messageId">,
  record: ReceivedRecord,
  store: ClientStore,
): Promise<boolean> {
  const { id, from, own, conversation, at, content } = record;
  if ((await store.received(id, from)) !== undefined) return true;
  if (own === true && (await store.sent(id)) !== undefined) return true;
  const newest = await store.page(conversation, Number.MAX_SAFE_INTEGER, COMPARED);
  // In a group somebody may go by another address than for the server.
  if (messageId !== undefined)
    return newest.some((other) => other.direction === "received" && other.id === id);
  return newest.some(
    (other) =>
      other.direction === "received" &&
      other.from === from &&
      Math.abs(other.at - at) < ALIKE_MS &&
      equalBytes(other.content, content),
  );
}
