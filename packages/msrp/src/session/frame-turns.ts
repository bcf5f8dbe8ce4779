/** Frames of one session onto its connection, a fair share at a time, so that others have their turns. RFC 4975 §5.4 */
import type { PathLines } from "../frame/index.ts";
import type { Line } from "./line.ts";

/** Whose frames they are. */
export interface FrameOutlet {
  /** The connection that they may be written to now. */
  line(): Line | undefined;
  paths(): PathLines;
  /** The next one, of as many as there are. */
  next(paths: PathLines): Uint8Array | undefined;
}

/** How much is written before others on the connection have their turn. */
const TURN_BYTES = 65_536;

export class FrameTurns {
  readonly #outlet: FrameOutlet;
  #waking = false;

  constructor(outlet: FrameOutlet) {
    this.#outlet = outlet;
  }

  /**
   * There is something to write. It begins when whoever has called is done: nobody hears of a message before
   * it has been given its handle.
   */
  wake(): void {
    if (this.#waking) return;
    this.#waking = true;
    void Promise.resolve().then(() => this.#askForTurn());
  }

  #askForTurn(): void {
    this.#waking = false;
    this.#outlet.line()?.takeTurn(this.#write);
  }

  /** Whether there is more. */
  readonly #write = (): boolean => {
    const line = this.#outlet.line();
    if (line === undefined) return false;
    const paths = this.#outlet.paths();
    for (let written = 0; written < TURN_BYTES && !line.full; ) {
      const frame = this.#outlet.next(paths);
      if (frame === undefined) return false;
      line.write(frame);
      written += frame.length;
    }
    return true;
  };
}
