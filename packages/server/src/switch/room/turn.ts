/** What is said in one event leaves in one piece for each device: writing waits for the end of the event. */

/** Has something to write. */
export interface Writer {
  write(): void;
}

export class Turn {
  #writers: Writer[] = [];
  readonly #run = (): void => {
    const writers = this.#writers;
    this.#writers = [];
    for (const writer of writers) writer.write();
  };

  /** Each writer asks once until it has written. */
  add(writer: Writer): void {
    if (this.#writers.length === 0) void Promise.resolve().then(this.#run);
    this.#writers.push(writer);
  }
}
