/** `GET /history/search`: what was said, found by parts of words in any script. */
import type { User } from "../../ports/index.ts";
import { type HistoryEntry, queryWords } from "../../store/index.ts";
import { jsonAnswer, type WebAnswer, type WebRequest } from "../../web/index.ts";
import { allow, conversationIn, cursorIn, limitIn, Refused } from "./asked.ts";
import { excerptOf } from "./find-matches.ts";
import { wholeContentOf } from "./message-content.ts";
import { viewOf } from "./message-view.ts";
import type { HistoryWork } from "./work.ts";

/** What of a message is found is in its first octets. */
const FOLDED_BYTES = 65_536;

/** The newest first. There may be more while `before` is no null, also after a page without hits. */
export async function search(
  request: WebRequest,
  user: User,
  work: HistoryWork,
): Promise<WebAnswer> {
  allow(request, "q", "with", "before", "limit");
  const words = queryWords(request.query.get("q") ?? "");
  if (words.length === 0) throw new Refused(400, "nothing to look for");
  const { store, cursors } = work;
  const conversation = conversationIn(request, work);
  const before = cursorIn(request, "before", { user, work });
  const page = { conversation, before, limit: limitIn(request) };
  const hits = await store.search(user.name, words, page);
  const shown = await Promise.all(hits.entries.map((entry) => hitOf(entry, words, work)));
  return jsonAnswer(200, {
    hits: shown.flatMap((hit) => hit ?? []),
    before: hits.before === undefined ? null : cursors.seal(user.name, hits.before),
  });
}

async function hitOf(
  { owner, id, sequence }: HistoryEntry,
  words: readonly string[],
  { store, cursors, content: contents }: HistoryWork,
): Promise<object | undefined> {
  const message = await store.find(owner, id);
  if (message === undefined) return undefined; // removed a moment ago
  const content = await wholeContentOf(message, contents, FOLDED_BYTES);
  const { text, ...view } = viewOf(message, content);
  const { text: excerpt, ...found } = excerptOf(text ?? message.subject ?? "", words);
  return { ...view, excerpt, ...found, place: sequence, cursor: cursors.seal(owner, sequence) };
}
