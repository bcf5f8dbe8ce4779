/** Time that moves only when a test lets it, each deadline at its own moment and in one order. */
import type { Cancel, Clock } from "@parlance/wire";

interface Deadline {
  readonly at: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/** Of Node, under which all tests run; the package is compiled without its types. */
declare function setImmediate(run: () => void): unknown;

/** An ordinary working day, so that dates in messages look like dates. */
const BEGINNING = Date.parse("2030-05-04T10:00:00Z");

/** Deadlines set at one moment of time: a program that keeps itself busy would never let it pass. */
const MOST_AT_ONCE = 200_000;
const BUSY = "the world is busy for ever without letting time pass";

export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  /** The order of the first deadline set at this moment. */
  #firstNow = 0;
  /** A binary heap: the earliest is at the front. */
  readonly #heap: Deadline[] = [];

  constructor(now = BEGINNING) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  schedule(delayMs: number, run: () => void): Cancel {
    if (this.#isStuck()) throw new Error(BUSY);
    const deadline: Deadline = {
      at: this.#now + Math.max(0, delayMs),
      order: this.#order,
      run,
    };
    this.#order += 1;
    this.#push(deadline);
    return () => {
      deadline.run = undefined;
    };
  }

  /** Lets `ms` pass, with everything that happens meanwhile. */
  async run(ms: number): Promise<void> {
    const until = this.#now + ms;
    await this.settle();
    while (await this.step(until));
    this.#now = until;
  }

  /** Goes to the next deadline that is not after `until`; false when there is none. */
  async step(until: number): Promise<boolean> {
    const next = this.#take(until);
    if (next === undefined) return false;
    this.#now = Math.max(this.#now, next.at);
    this.#firstNow = this.#order;
    next.run?.();
    await this.settle();
    return true;
  }

  /**
   * Lets promises come to their end, and no time pass: the event loop turns when none is left. One turn of it costs a
   * test less than a count of awaited promises, each of which the test runner follows.
   */
  async settle(): Promise<void> {
    for (;;) {
      const before = this.#order;
      await new Promise<void>((done) => setImmediate(done));
      if (this.#isStuck()) throw new Error(BUSY);
      if (this.#order === before) return;
    }
  }

  #isStuck(): boolean {
    return this.#order - this.#firstNow > MOST_AT_ONCE;
  }

  #take(until: number): Deadline | undefined {
    for (;;) {
      const [first] = this.#heap;
      if (first === undefined) return undefined;
      if (first.run !== undefined && first.at > until) return undefined;
      this.#pop();
      if (first.run !== undefined) return first;
    }
  }

  #push(deadline: Deadline): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(deadline);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || isBefore(parent, deadline)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = deadline;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      const takeRight = left !== undefined && right !== undefined && isBefore(right, left);
      const child = takeRight ? right : left;
      if (child === undefined || isBefore(last, child)) break;
      heap[at] = child;
      at = 2 * at + (takeRight ? 2 : 1);
    }
    heap[at] = last;
  }
}

function isBefore(a: Deadline, b: Deadline): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
