/** A second connection for a session that has one. The first is asked whether it is still there, and gives way if it says nothing. RFC 4975 §7.3 */
import { EarlyFrames, type EarlyTaker, type Line } from "@parlance/msrp";

export class Contest {
  /** That which wants the session. */
  readonly line: Line;
  readonly #began: number;
  readonly #early = new EarlyFrames();
  #asked = false;

  constructor(line: Line, now: number) {
    this.line = line;
    this.#began = now;
  }

  /** What it has said waits here. */
  get early(): EarlyFrames {
    return this.#early;
  }

  /** Asks the first, once. Its answer may come within the call. */
  ask(write: () => void): void {
    if (this.#asked) return;
    this.#asked = true;
    write();
  }

  /** The first has not answered in this time, and the second is still there. */
  isWon(now: number, patienceMs: number): boolean {
    return this.line.open && now - this.#began > patienceMs;
  }

  end(taker: EarlyTaker): void {
    this.#early.release(taker);
  }
}
