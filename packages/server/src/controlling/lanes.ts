/** Lets what belongs together happen one after the other, in the order in which it was asked for. */
export class Lanes {
  readonly #last = new Map<string, Promise<unknown>>();

  async take(lane: string, work: () => Promise<void>): Promise<void> {
    const before = this.#last.get(lane);
    const turn = before === undefined ? work() : before.then(work, work);
    this.#last.set(lane, turn);
    try {
      await turn;
    } finally {
      if (this.#last.get(lane) === turn) this.#last.delete(lane);
    }
  }
}
