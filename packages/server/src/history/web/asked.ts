/** What stands in the query of a request. Throws `Refused`: an answer of its own. */
import { parsed } from "@parlance/wire";
import type { User } from "../../ports/index.ts";
import { refusal, type WebAnswer, type WebRequest, wholeNumber } from "../../web/index.ts";
import type { HistoryWork } from "./work.ts";

/** Thrown where a request is read, and answered where it came in. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly answer: WebAnswer;

  constructor(status: number, error: string) {
    super(error);
    this.answer = refusal(status, error);
  }
}

export const MOST_OF_A_PAGE = 200;
const USUAL_PAGE = 50;

export function limitIn({ query }: WebRequest): number {
  const limit = wholeNumber(query.get("limit") ?? String(USUAL_PAGE));
  if (limit === undefined || limit < 1 || limit > MOST_OF_A_PAGE)
    throw new Refused(400, "bad limit");
  return limit;
}

export function cursorIn(
  { query }: WebRequest,
  name: "before" | "after",
  { user, work }: { readonly user: User; readonly work: Pick<HistoryWork, "cursors"> },
): number | undefined {
  const text = query.get(name);
  if (text === undefined) return undefined;
  const read = parsed(() => work.cursors.open(user.name, text));
  if (!read.ok) throw new Refused(400, "bad cursor");
  return read.value;
}

/** Of one conversation; undefined: of all. */
export function conversationIn(
  { query }: WebRequest,
  work: Pick<HistoryWork, "keyOf">,
): string | undefined {
  const text = query.get("with");
  return text === undefined ? undefined : conversationOf(text, work);
}

export function conversationOf(text: string, { keyOf }: Pick<HistoryWork, "keyOf">): string {
  const key = keyOf(text);
  if (key === undefined) throw new Refused(400, "bad address");
  return key;
}

/** Names that nothing is known of are most often misspelt: what was meant would not be done. */
export function allow({ query }: WebRequest, ...names: readonly string[]): void {
  for (const name of query.keys())
    if (!names.includes(name)) throw new Refused(400, "unknown parameter");
}
