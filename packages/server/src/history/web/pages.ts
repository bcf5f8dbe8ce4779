/** Messages and conversations page by page. */
import type { User } from "../../ports/index.ts";
import type { HistoryMessage } from "../../store/index.ts";
import {
  jsonAnswer,
  methodNotAllowed,
  notFound,
  type WebAnswer,
  type WebHeader,
  type WebRequest,
} from "../../web/index.ts";
import { allow, conversationIn, cursorIn, limitIn, Refused } from "./asked.ts";
import { contentOf } from "./message-content.ts";
import { viewOf } from "./message-view.ts";
import type { GroupPlace, HistoryWork } from "./work.ts";

const PAGE_BYTES = 1_048_576;

/** `GET /history/messages`: the newest, or what is before or behind a cursor; always the oldest first. */
export async function getMessages(
  request: WebRequest,
  user: User,
  work: HistoryWork,
): Promise<WebAnswer> {
  allow(request, "with", "before", "after", "limit");
  const before = cursorIn(request, "before", { user, work });
  const after = cursorIn(request, "after", { user, work });
  if (before !== undefined && after !== undefined) throw new Refused(400, "two cursors");
  const { store, cursors } = work;
  const conversation = conversationIn(request, work);
  const towards = after === undefined ? "older" : "newer";
  const from = after ?? before;
  const part = { conversation, towards, from, limit: limitIn(request), bytes: PAGE_BYTES } as const;
  const found = await store.read(user.name, part);
  const messages = towards === "older" ? found.toReversed() : found;
  const oldest = messages[0]?.sequence ?? (after === undefined ? 0 : after + 1);
  const newest = messages.at(-1)?.sequence ?? from ?? 0;
  const probe = { conversation, towards: "older", from: oldest, limit: 1, bytes: 0 } as const;
  const more = oldest > 0 && (await store.read(user.name, probe)).length > 0;
  return jsonAnswer(200, {
    messages: messages.map((message) => shown(message, work)),
    before: more ? cursors.seal(user.name, oldest) : null,
    after: cursors.seal(user.name, newest),
  });
}

/** `GET /history/conversations`: the one with the newest message first. */
export async function listConversations(
  request: WebRequest,
  user: User,
  work: HistoryWork,
): Promise<WebAnswer> {
  allow(request, "before", "limit");
  const before = cursorIn(request, "before", { user, work });
  const limit = limitIn(request);
  const { store, cursors } = work;
  const found = await store.conversations(user.name, before, limit);
  const last = found.at(-1);
  return jsonAnswer(200, {
    conversations: found.map(({ conversation, newest, unread, mark }) => ({
      conversation,
      ...placeOf(newest, work.groupAt(conversation, user)),
      unread,
      read: mark && { upTo: mark.id, messageId: mark.messageId, time: timeText(mark.at) },
      last: shown(newest, work),
    })),
    before:
      last !== undefined && found.length === limit
        ? cursors.seal(user.name, last.newest.sequence)
        : null,
  });
}

/** `GET /history/messages/ID` and `…/ID/content`. */
export async function getMessage(
  request: WebRequest,
  { id, part }: { readonly id: string; readonly part: string | undefined },
  user: User,
  work: HistoryWork,
): Promise<WebAnswer> {
  if (request.method !== "GET") return methodNotAllowed("GET");
  allow(request);
  const message = await work.store.find(user.name, id);
  if (message === undefined) return notFound();
  return part === undefined ? jsonAnswer(200, shown(message, work)) : octetsOf(message, work);
}

/** Never shown by a browser as a page of ours. */
const AS_OCTETS: readonly WebHeader[] = [
  ["cache-control", "no-store"],
  ["content-type", "application/octet-stream"],
  ["content-disposition", "attachment"],
  ["content-security-policy", "default-src 'none'; sandbox"],
];

async function octetsOf(message: HistoryMessage, { content }: HistoryWork): Promise<WebAnswer> {
  const { octets } = contentOf(message);
  if (octets !== undefined) return { status: 200, headers: AS_OCTETS, body: octets };
  const reader = message.content === undefined ? undefined : await content?.open(message.content);
  if (reader === undefined) return notFound();
  return { status: 200, headers: AS_OCTETS, body: readToItsEnd(reader, message.sizeBytes) };
}

async function* readToItsEnd(
  reader: NonNullable<Awaited<ReturnType<NonNullable<HistoryWork["content"]>["open"]>>>,
  sizeBytes: number,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* reader.read(0, sizeBytes);
  } finally {
    await reader.close();
  }
}

function shown(message: HistoryMessage, { cursors }: HistoryWork): object {
  const { owner, sequence } = message;
  return { ...viewOf(message), place: sequence, cursor: cursors.seal(owner, sequence) };
}

/** With whom it is. A group that is gone has the subject under which its session was kept last. */
function placeOf({ group, mode, subject }: HistoryMessage, now: GroupPlace | undefined): object {
  if (now !== undefined) return now;
  if (group === undefined) return { kind: "user" };
  return { kind: "group", name: mode === "session" ? subject : undefined, ended: true };
}

function timeText(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
