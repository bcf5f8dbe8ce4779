/** One after another, for each name by itself. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  take<T>(name: string, run: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name);
    const turn = before === undefined ? run() : before.then(run, run);
    this.#last.set(name, turn);
    const over = (): void => {
      if (this.#last.get(name) === turn) this.#last.delete(name);
    };
    turn.then(over, over);
    return turn;
  }
}
