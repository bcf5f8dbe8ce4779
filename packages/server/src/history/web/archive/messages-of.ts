/** What goes into an archive, read part by part: nobody else waits for the store longer than for one part. */
import { utf8Bytes } from "@parlance/wire";
import type { User } from "../../../ports/index.ts";
import type { HistoryConversation, HistoryMessage } from "../../../store/index.ts";
import type { HistoryWork } from "../work.ts";

export interface Archive {
  readonly user: User;
  /** Undefined: all. */
  readonly conversation: string | undefined;
  readonly made: Date;
  readonly work: HistoryWork;
}

const AT_ONCE = 100;
const BYTES_AT_ONCE = 1_048_576;
/** Of a long text so much goes into an archive. */
export const ARCHIVED_TEXT_BYTES = 1_048_576;
const PIECE_CHARACTERS = 16_384;

/** The oldest first. */
export async function* messagesOf(
  { user, work }: Archive,
  conversation: string | undefined,
): AsyncGenerator<HistoryMessage, void> {
  const part = { conversation, towards: "newer", limit: AT_ONCE, bytes: BYTES_AT_ONCE } as const;
  for (let from: number | undefined; ; ) {
    const messages = await work.store.read(user.name, { ...part, from });
    if (messages.length === 0) return;
    yield* messages;
    from = messages.at(-1)?.sequence;
  }
}

/** The one with the newest message first. */
export async function* conversationsOf({
  user,
  work,
}: Archive): AsyncGenerator<HistoryConversation, void> {
  for (let before: number | undefined; ; ) {
    const some = await work.store.conversations(user.name, before, AT_ONCE);
    yield* some;
    if (some.length < AT_ONCE) return;
    before = some.at(-1)?.newest.sequence;
  }
}

/** Lines gathered to pieces that are worth a write. */
export async function* gathered(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array, void> {
  let waiting = "";
  for await (const text of texts) {
    waiting += text;
    if (waiting.length < PIECE_CHARACTERS) continue;
    yield utf8Bytes(waiting);
    waiting = "";
  }
  if (waiting !== "") yield utf8Bytes(waiting);
}
