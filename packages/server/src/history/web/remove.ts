/** Removal of messages and conversations: gone at once, from the disk soon, and other devices of the user learn of it. */
import type { User } from "../../ports/index.ts";
import type { HistoryRemoval } from "../../store/index.ts";
import {
  emptyAnswer,
  jsonAnswer,
  methodNotAllowed,
  notFound,
  type WebAnswer,
  type WebRequest,
} from "../../web/index.ts";
import { allow, conversationIn, conversationOf, Refused } from "./asked.ts";
import type { HistoryWork } from "./work.ts";

const MOST_ID = 512;
const LOOKED_AT_ONCE = 500;
const REMOVED_AT_ONCE = 1_000; // a few milliseconds of the store, with room for others between two parts

/** `DELETE /history/messages/ID` */
export async function removeMessage(
  request: WebRequest,
  id: string,
  user: User,
  work: HistoryWork,
): Promise<WebAnswer> {
  allow(request);
  const message = await work.store.find(user.name, id);
  if (message === undefined) return notFound();
  const { conversation, messageId = id } = message;
  await remove(user, { conversation, messageId }, [id], work);
  return emptyAnswer(204);
}

/**
 * `DELETE /history/messages?with=ADDRESS&messageId=ID`: by what devices know it, also one that is kept on devices alone.
 * Finds it by its id in the history, too: what was said without a Message-ID has no other.
 */
export async function removeByMessageId(
  request: WebRequest,
  user: User,
  work: HistoryWork,
): Promise<WebAnswer> {
  allow(request, "with", "messageId");
  const conversation = conversationIn(request, work);
  const messageId = request.query.get("messageId") ?? "";
  if (conversation === undefined) throw new Refused(400, "no conversation");
  if (messageId === "" || messageId.length > MOST_ID) throw new Refused(400, "bad message id");
  const ids = await idsOf(conversation, messageId, user, work);
  await remove(user, { conversation, messageId }, ids, work);
  return jsonAnswer(200, { removed: ids.length });
}

/** Those who write to themselves have it twice. */
async function idsOf(
  conversation: string,
  messageId: string,
  { name }: User,
  { store }: HistoryWork,
): Promise<readonly string[]> {
  for (let before: number | undefined; ; ) {
    const page = await store.page(name, { conversation, before, limit: LOOKED_AT_ONCE });
    const found = page.filter((one) => (one.messageId ?? one.id) === messageId);
    before = page.at(-1)?.sequence;
    if (found.length > 0) return found.map(({ id }) => id);
    if (page.length < LOOKED_AT_ONCE) return [];
  }
}

/** Both in one go: nothing is removed of which no device learns. */
async function remove(
  user: User,
  removal: Omit<HistoryRemoval, "at">,
  ids: readonly string[],
  { store, clock, removed }: HistoryWork,
): Promise<void> {
  await Promise.all([
    store.noteRemoval(user.name, { ...removal, at: clock.now() }),
    store.remove(user.name, ids),
  ]);
  removed(user);
}

/** `DELETE /history/conversations/ADDRESS` */
export async function removeConversation(
  request: WebRequest,
  address: string,
  user: User,
  work: HistoryWork,
): Promise<WebAnswer> {
  if (request.method !== "DELETE") return methodNotAllowed("DELETE");
  allow(request);
  const conversation = conversationOf(address, work);
  const all = { conversation, messageId: undefined, at: work.clock.now() };
  await work.store.noteRemoval(user.name, all);
  let gone = 0;
  for (;;) {
    const some = await work.store.removeNewest(user.name, conversation, REMOVED_AT_ONCE);
    gone += some;
    if (some < REMOVED_AT_ONCE) break;
  }
  const sessions = await removeSessions(conversation, user, work);
  work.removed(user);
  if (gone === 0 && sessions === 0) return notFound();
  return jsonAnswer(200, { removed: gone });
}

const LISTED_AT_ONCE = 200;

/** With what was said in them goes who was in them. One that is not over is kept from here on. */
async function removeSessions(
  conversation: string,
  { name }: User,
  { recordings }: HistoryWork,
): Promise<number> {
  let gone = 0;
  for (let before: string | undefined; ; ) {
    const some = await recordings.list(name, before, LISTED_AT_ONCE);
    for (const { id, endedAt, ...of } of some)
      if (of.conversation === conversation && endedAt !== undefined)
        gone += (await recordings.remove(name, id)) ? 1 : 0;
    before = some.at(-1)?.id;
    if (some.length < LISTED_AT_ONCE) return gone;
  }
}
