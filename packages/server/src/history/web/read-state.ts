/** Up to where the user has read each conversation: said by one device, learnt by all of them. */
import { FormatError } from "@parlance/wire";
import type { User } from "../../ports/index.ts";
import type { HistoryMark, HistoryPoint } from "../../store/index.ts";
import {
  jsonAnswer,
  notFound,
  readJson,
  type WebAnswer,
  type WebRequest,
} from "../../web/index.ts";
import { allow, conversationOf, cursorIn, limitIn, Refused } from "./asked.ts";
import type { HistoryWork } from "./work.ts";

const MOST_BYTES = 65_536;
const MOST_ID = 512;
const MOST_IDS = 100;

/** `PUT /history/read`: `{ conversation, upTo }`, or `messageIds` instead of `upTo`, of which the newest counts. It never goes back. */
export async function putRead(
  request: WebRequest,
  user: User,
  work: HistoryWork,
): Promise<WebAnswer> {
  allow(request);
  const asked = await readAsked(request, work);
  const marked = await work.store.mark(user.name, asked.conversation, asked.upTo);
  if (marked === undefined) return notFound();
  if (marked.changed) work.read(user);
  return jsonAnswer(200, viewOf(marked.mark));
}

/** `GET /history/read`: what was read since the cursor, in that order; without one everything. */
export async function getRead(
  request: WebRequest,
  user: User,
  work: HistoryWork,
): Promise<WebAnswer> {
  allow(request, "after", "limit");
  const after = cursorIn(request, "after", { user, work }) ?? 0;
  const limit = limitIn(request);
  const marks = await work.store.marks(user.name, after, limit);
  return jsonAnswer(200, {
    read: marks.map(viewOf),
    after: work.cursors.seal(user.name, marks.at(-1)?.version ?? after),
    more: marks.length === limit,
  });
}

async function readAsked(
  request: WebRequest,
  work: HistoryWork,
): Promise<{ readonly conversation: string; readonly upTo: HistoryPoint }> {
  const asked = await readJson(request, MOST_BYTES);
  const conversation = textIn(asked, "conversation");
  const id = textIn(asked, "upTo");
  const ids = textsIn(asked, "messageIds");
  if (conversation === undefined) throw new Refused(400, "no conversation");
  if ((id === undefined) === (ids === undefined)) throw new Refused(400, "up to where");
  const upTo: HistoryPoint =
    id === undefined ? { by: "messageIds", ids: ids ?? [] } : { by: "id", id };
  return { conversation: conversationOf(conversation, work), upTo };
}

function textIn(asked: ReadonlyMap<string, unknown>, name: string): string | undefined {
  const value = asked.get(name);
  return value === undefined ? undefined : shortText(value, name);
}

function textsIn(asked: ReadonlyMap<string, unknown>, name: string): readonly string[] | undefined {
  const value = asked.get(name);
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length > MOST_IDS)
    throw new FormatError(name, 0, "expected a short list");
  return value.map((one) => shortText(one, name));
}

function shortText(value: unknown, name: string): string {
  if (typeof value === "string" && value.length <= MOST_ID) return value;
  throw new FormatError(name, 0, "expected a short text");
}

function viewOf({ conversation, id, messageId, at }: HistoryMark): object {
  return { conversation, upTo: id, messageId, time: new Date(at).toISOString() };
}
