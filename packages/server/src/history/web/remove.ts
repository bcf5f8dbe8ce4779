/** `DELETE /history/messages/ID` and `DELETE /history/conversations/ADDRESS`: gone at once, from the disk soon. */
import type { User } from "../../ports/index.ts";
import {
  emptyAnswer,
  jsonAnswer,
  methodNotAllowed,
  notFound,
  type WebAnswer,
  type WebRequest,
} from "../../web/index.ts";
import { allow, conversationOf } from "./asked.ts";
import type { HistoryWork } from "./work.ts";

const REMOVED_AT_ONCE = 1_000; // a few milliseconds of the store, with room for others between two parts

export async function removeMessage(
  request: WebRequest,
  id: string,
  user: User,
  { store, removed }: HistoryWork,
): Promise<WebAnswer> {
  allow(request);
  if ((await store.remove(user.name, [id])) === 0) return notFound();
  removed(user);
  return emptyAnswer(204);
}

export async function removeConversation(
  request: WebRequest,
  address: string,
  user: User,
  work: HistoryWork,
): Promise<WebAnswer> {
  if (request.method !== "DELETE") return methodNotAllowed("DELETE");
  allow(request);
  const conversation = conversationOf(address, work);
  let gone = 0;
  for (;;) {
    const some = await work.store.removeNewest(user.name, conversation, REMOVED_AT_ONCE);
    gone += some;
    if (some < REMOVED_AT_ONCE) break;
  }
  const sessions = await removeSessions(conversation, user, work);
  if (gone === 0 && sessions === 0) return notFound();
  work.removed(user);
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
