/** A kept message as it was, its content from wherever it lies. Clause 15.5 */
import { type MessageSource, streamSource } from "@parlance/msrp";
import { concatBytes } from "@parlance/wire";
import { contentSource } from "../media/index.ts";
import type { FileContent, HistoryMessage } from "../store/index.ts";

/** An envelope to be sent once, from front to back. */
export interface KeptEnvelope {
  readonly sizeBytes: number;
  open(): Uint8Array | MessageSource;
  /** All of it, for what is small. */
  bytes(): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Undefined: its content is not there any more. */
export async function keptEnvelope(
  { bytes, content }: Pick<HistoryMessage, "bytes" | "content">,
  contents: FileContent | undefined,
): Promise<KeptEnvelope | undefined> {
  if (content === undefined) {
    return {
      sizeBytes: bytes.length,
      open: () => bytes,
      bytes: async () => bytes,
      close: async () => {},
    };
  }
  const reader = await contents?.open(content);
  if (reader === undefined) return undefined;
  return {
    sizeBytes: bytes.length + reader.sizeBytes,
    open: () => contentSource(reader, { before: bytes }),
    async bytes() {
      const pieces = [bytes];
      for await (const piece of reader.read(0, reader.sizeBytes)) pieces.push(piece.slice());
      return concatBytes(...pieces);
    },
    close: () => reader.close(),
  };
}

/** Its octets, piece by piece. */
export async function* octetsOf(
  message: Pick<HistoryMessage, "bytes" | "content">,
  contents: FileContent | undefined,
): AsyncIterable<Uint8Array> {
  yield message.bytes;
  if (message.content === undefined) return;
  const reader = await contents?.open(message.content);
  if (reader === undefined) throw new Error("a content is not there any more");
  try {
    for await (const piece of reader.read(0, reader.sizeBytes)) yield piece.slice();
  } finally {
    await reader.close();
  }
}

export function streamed(pieces: AsyncIterable<Uint8Array>, sizeBytes: number): MessageSource {
  return streamSource(pieces, sizeBytes);
}
