/** One run of a program: when it is killed, its timers never fire again and nobody hears it. */
import type { Cancel, Clock } from "@parlance/wire";

export class Life {
  /** The clock that the program is given. */
  readonly clock: Clock;
  #over = false;

  constructor(clock: Clock) {
    this.clock = {
      now: () => clock.now(),
      schedule: (delayMs: number, run: () => void): Cancel =>
        this.#over ? () => {} : clock.schedule(delayMs, () => this.#over || run()),
    };
  }

  get over(): boolean {
    return this.#over;
  }

  end(): void {
    this.#over = true;
  }
}
