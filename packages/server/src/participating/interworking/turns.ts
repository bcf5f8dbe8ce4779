/** Work that is done one piece after the other. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Pieces that are not done yet. */
  get waiting(): number {
    return this.#waiting;
  }

  take<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting += 1;
    const turn = this.#last.then(work).finally(() => {
      this.#waiting -= 1;
    });
    this.#last = turn.catch(() => undefined); // whoever asked for it hears of it
    return turn;
  }
}
