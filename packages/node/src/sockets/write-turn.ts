/**
 * Gathers what one turn of the event loop writes, so that each connection is written to once.
 *
 * A system call per message costs more than everything else about it. `setImmediate` runs after all
 * sockets that were ready have been read: it gathers the answers of many senders for one receiver,
 * which a microtask, run after each single read, does not.
 */
export interface Writer {
  flush(): void;
}

export class WriteTurn {
  #waiting: Writer[] = [];
  readonly #run = (): void => {
    const writers = this.#waiting;
    this.#waiting = [];
    for (const writer of writers) writer.flush();
  };

  /** `flush` is called once at the end of this turn, for each time that it is asked for. */
  add(writer: Writer): void {
    if (this.#waiting.length === 0) setImmediate(this.#run);
    this.#waiting.push(writer);
  }
}
