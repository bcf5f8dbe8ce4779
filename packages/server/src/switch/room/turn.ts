/** What is said in one turn leaves in one piece for each device: writing waits for the end of the turn. */

/** Has something to write. */
export interface Writer {
  write(): void;
}

/** Calls back when what came in this turn of the event loop was read. */
export type EndOfTurn = (run: () => void) => void;

export class Turn {
  readonly #end: EndOfTurn;
  #writers: Writer[] = [];
  readonly #run = (): void => {
    const writers = this.#writers;
    this.#writers = [];
    for (const writer of writers) writer.write();
  };

  constructor(end: EndOfTurn = endOfEvent) {
    this.#end = end;
  }

  /** Each writer asks once until it has written. */
  add(writer: Writer): void {
    if (this.#writers.length === 0) this.#end(this.#run);
    this.#writers.push(writer);
  }
}

/** Where nobody knows of turns: a single event, such as octets that came over one connection. */
function endOfEvent(run: () => void): void {
  void Promise.resolve().then(run);
}
