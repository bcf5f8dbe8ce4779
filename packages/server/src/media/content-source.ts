/** A content that is kept, as a message is sent from it. RFC 4975 §7.1.1 */
import { type MessageSource, streamSource } from "@parlance/msrp";
import type { ContentReader } from "../store/index.ts";

/** Read once from front to back; whoever gave the reader closes it. */
export function contentSource(reader: ContentReader, from = 0): MessageSource {
  const { sizeBytes } = reader;
  return streamSource(copies(reader.read(from, sizeBytes)), sizeBytes - from);
}

/** A piece is good until the next one is asked for, and a sender keeps several. */
async function* copies(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const piece of pieces) yield piece.slice();
}
