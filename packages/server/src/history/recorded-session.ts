/** A kept session as one message: multipart/mixed, all that was said in it in order of time, each in its envelope. Clause 15.5 */
import { formatCpim, formatDateTime } from "@parlance/formats";
import { CPIM } from "@parlance/im";
import { concatBytes, utf8Bytes } from "@parlance/wire";
import type {
  FileContent,
  HistoryMessage,
  HistoryStore,
  Recording,
  RecordingStore,
} from "../store/index.ts";
import { type KeptEnvelope, octetsOf, streamed } from "./kept-envelope.ts";

export interface RecordedSessionStores {
  readonly store: Pick<HistoryStore, "find">;
  readonly recordings: Pick<RecordingStore, "messages">;
  readonly contents: FileContent | undefined;
}

export interface Addressed {
  readonly from: string;
  readonly to: string;
  /** Random: no content has it in it. */
  readonly boundary: string;
  /** Epoch ms. */
  readonly now: number;
}

/** Read from the store together. */
const PAGE = 64;

export async function recordedSession(
  recording: Recording,
  { from, to, boundary, now }: Addressed,
  stores: RecordedSessionStores,
): Promise<KeptEnvelope> {
  const subject = { text: recording.name, language: undefined };
  const head = formatCpim({
    from: { name: undefined, uri: from },
    to: [{ name: undefined, uri: to }],
    cc: [],
    dateTime: formatDateTime(recording.endedAt ?? now),
    subjects: [subject],
    require: [],
    extensions: [],
    contentHeaders: [["Content-Type", `multipart/mixed;boundary="${boundary}"`]],
    content: new Uint8Array(0),
  });
  const before = utf8Bytes(`--${boundary}\r\nContent-Type: ${CPIM}\r\n\r\n`);
  const after = utf8Bytes("\r\n");
  const last = utf8Bytes(`--${boundary}--\r\n`);
  let sizeBytes = head.length + last.length;
  // What goes meanwhile, goes from it; what has come since is not in it.
  let upTo = 0;
  for await (const { message, number } of messagesOf(recording, stores, undefined)) {
    upTo = number;
    sizeBytes += before.length + message.bytes.length + after.length;
    if (message.content !== undefined) sizeBytes += message.sizeBytes;
  }
  async function* pieces(): AsyncIterable<Uint8Array> {
    yield head;
    for await (const { message } of messagesOf(recording, stores, upTo)) {
      yield before;
      yield* octetsOf(message, stores.contents);
      yield after;
    }
    yield last;
  }
  return {
    sizeBytes,
    open: () => streamed(pieces(), sizeBytes),
    async bytes() {
      const all: Uint8Array[] = [];
      for await (const piece of pieces()) all.push(piece);
      return concatBytes(...all);
    },
    close: async () => {},
  };
}

interface Numbered {
  readonly number: number;
  readonly message: HistoryMessage;
}

/** `upTo`: up to that number. */
async function* messagesOf(
  { owner, id }: Recording,
  { store, recordings }: RecordedSessionStores,
  upTo: number | undefined,
): AsyncIterable<Numbered> {
  for (let after = 0; ; ) {
    const page = await recordings.messages(owner, id, after, PAGE);
    const found = await Promise.all(page.map(({ message }) => store.find(owner, message)));
    for (const [place, { number }] of page.entries()) {
      if (upTo !== undefined && number > upTo) return;
      const message = found[place];
      if (message !== undefined) yield { number, message };
    }
    after = page.at(-1)?.number ?? after;
    if (page.length < PAGE) return;
  }
}
