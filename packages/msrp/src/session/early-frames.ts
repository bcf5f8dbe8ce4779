/** What comes before it is known whom it may come from: the connection overtook the description. RFC 6135 §4.2.2 */
import type { StreamedChunk } from "../chunk/index.ts";
import type { Flag, MsrpFrame, MsrpRequest } from "../frame/index.ts";
import type { Line } from "./line.ts";

/** The connection is not read meanwhile, so that these are the frames of one read, at most this many. */
const MOST = 64;

/** Who takes what was kept, as it would have come to him. */
export interface EarlyTaker {
  frame(frame: MsrpFrame, line: Line): void;
  begin(head: MsrpRequest, line: Line): StreamedChunk | undefined;
}

type Kept =
  | { readonly line: Line; readonly frame: MsrpFrame }
  | { readonly line: Line; readonly head: MsrpRequest; readonly stream: EarlyChunk };

export class EarlyFrames {
  #kept: Kept[] = [];

  keep(frame: MsrpFrame, line: Line): void {
    this.#keep({ frame, line });
  }

  /** One that comes in pieces. */
  begin(head: MsrpRequest, line: Line): StreamedChunk {
    const stream = new EarlyChunk();
    this.#keep({ head, line, stream });
    return stream;
  }

  /** Gives them out in their order, and lets their connections be read again. What came by one that has ended is lost with it. */
  release(taker: EarlyTaker): void {
    const all = this.#kept;
    this.#kept = [];
    for (const kept of all) {
      const { line } = kept;
      line.letGo(this);
      if (!line.open) continue;
      if ("frame" in kept) taker.frame(kept.frame, line);
      else kept.stream.goOn(taker.begin(kept.head, line));
    }
  }

  #keep(kept: Kept): void {
    kept.line.hold(this);
    if (this.#kept.length < MOST) this.#kept.push(kept);
  }
}

/** Pieces that wait until somebody takes them. */
class EarlyChunk implements StreamedChunk {
  #waiting: ((taker: StreamedChunk) => void)[] | undefined = [];
  #taker: StreamedChunk | undefined;

  /** Undefined: nobody wants it. */
  goOn(taker: StreamedChunk | undefined): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    this.#taker = taker;
    if (taker !== undefined) for (const give of waiting) give(taker);
  }

  piece(bytes: Uint8Array): void {
    this.#give((taker) => taker.piece(bytes));
  }

  end(flag: Flag): void {
    this.#give((taker) => taker.end(flag));
  }

  broken(): void {
    this.#give((taker) => taker.broken());
  }

  #give(give: (taker: StreamedChunk) => void): void {
    if (this.#waiting !== undefined) this.#waiting.push(give);
    else if (this.#taker !== undefined) give(this.#taker);
  }
}
