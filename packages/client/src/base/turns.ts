/** Work on one thing at a time, in the order in which it was asked for; other things do not wait. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const turn = before === undefined ? work() : before.then(work);
    const over = settled(turn);
    this.#last.set(key, over);
    void over.finally(() => {
      if (this.#last.get(key) === over) this.#last.delete(key);
    });
    return turn;
  }
}

/** Never rejects: whoever asked hears of it. */
async function settled(turn: Promise<unknown>): Promise<void> {
  await Promise.allSettled([turn]);
}
