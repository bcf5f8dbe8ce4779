/** What the user has removed: done by one device, learnt by all of them. */
import type { User } from "../../ports/index.ts";
import { jsonAnswer, type WebAnswer, type WebRequest } from "../../web/index.ts";
import { allow, cursorIn, limitIn } from "./asked.ts";
import type { HistoryWork } from "./work.ts";

/** `GET /history/removed`: since the cursor, in that order; without one everything that is known of. */
export async function getRemovals(
  request: WebRequest,
  user: User,
  { store, cursors }: HistoryWork,
): Promise<WebAnswer> {
  allow(request, "after", "limit");
  const after = cursorIn(request, "after", { user, work: { cursors } }) ?? 0;
  const limit = limitIn(request);
  const removals = await store.removals(user.name, after, limit);
  return jsonAnswer(200, {
    removed: removals.map(({ conversation, messageId, at }) => ({
      conversation,
      messageId,
      time: new Date(at).toISOString(),
    })),
    after: cursors.seal(user.name, removals.at(-1)?.version ?? after),
    more: removals.length === limit,
  });
}
