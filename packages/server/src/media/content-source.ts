/** A content that is kept, as a message is sent from it. RFC 4975 §7.1.1 */
import { type MessageSource, streamSource } from "@parlance/msrp";
import type { ContentReader } from "../store/index.ts";

export interface SourceOptions {
  /** Where it begins, counted from zero. */
  readonly from?: number;
  /** What stands before it: the head of an envelope. */
  readonly before?: Uint8Array;
}

/** Read once from front to back; whoever gave the reader closes it. */
export function contentSource(
  reader: ContentReader,
  { from = 0, before = new Uint8Array(0) }: SourceOptions = {},
): MessageSource {
  const { sizeBytes } = reader;
  const pieces = behind(before, reader.read(from, sizeBytes));
  return streamSource(pieces, before.length + sizeBytes - from);
}

/** A piece is good until the next one is asked for, and a sender keeps several. */
async function* behind(
  before: Uint8Array,
  pieces: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  if (before.length > 0) yield before;
  for await (const piece of pieces) yield piece.slice();
}
