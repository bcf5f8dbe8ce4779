/** Takes the body of one request into the content of an upload. */
import type { ContentWriter } from "../store/index.ts";
import { BodyEnded } from "../web/index.ts";
import type { Checkpoints } from "./checkpoints.ts";
import type { Turn } from "./uploads-under-way.ts";

/** Why there are no more octets; "all" is the end of the body. */
export type Receipt = "all" | "too large" | "gone" | "slow" | "stopped";

export interface Receiving {
  readonly writer: ContentWriter;
  readonly checkpoints: Checkpoints;
  readonly turn: Turn;
  /** The content may grow to this and no further. */
  readonly mostBytes: number;
  readonly received: (bytes: number) => void;
}

/** Rejects with StoreError when the disk will not take them. */
export async function receiveOctets(
  body: AsyncIterable<Uint8Array>,
  { writer, checkpoints, turn, mostBytes, received }: Receiving,
): Promise<Receipt> {
  const pieces = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await Promise.race([pieces.next(), turn.stopped]);
      if (next === "stopped") return letGo(pieces, "stopped");
      if (next.done === true) return "all";
      const piece = next.value;
      if (writer.offset + piece.length > mostBytes) return letGo(pieces, "too large");
      await writer.append(piece); // waits for the disk, and with it the peer
      received(piece.length);
      checkpoints.passed();
    }
  } catch (error) {
    if (error instanceof BodyEnded) return error.why;
    void pieces.return?.();
    throw error;
  }
}

/** The rest is not wanted; whoever brings it is told by the answer. */
function letGo(pieces: AsyncIterator<Uint8Array>, why: Receipt): Receipt {
  void pieces.return?.();
  return why;
}
