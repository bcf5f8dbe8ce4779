/** Lets so many do something at the same time, the others in the order in which they came. */
export class Slots {
  readonly #count: number;
  #free: number;
  readonly #full: () => void;
  readonly #waiting: (() => void)[] = [];

  /** `full` is told of everyone who has to wait. */
  constructor(count: number, full: () => void) {
    this.#count = count;
    this.#free = count;
    this.#full = full;
  }

  get taken(): number {
    return this.#count - this.#free;
  }

  /** Resolves with what gives the place back; to be called once. */
  async take(): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1;
    else {
      this.#full();
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return () => this.#giveBack();
  }

  #giveBack(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
