/** Many timers of few distinct durations: add and cancel in constant time, driven from outside. */
import type { Cancel } from "./ports.ts";

/** One timer, to be made by whoever wants to start and stop it without a function for each. */
export abstract class Timer {
  deadline = 0;
  order = 0;
  before: Timer | undefined = undefined;
  after: Timer | undefined = undefined;
  /** Undefined while it does not run. */
  queue: Queue | undefined = undefined;

  /** Its time has come. */
  abstract fire(): void;
}

/** All timers of one duration: added in time order, so the first is always the earliest. */
export interface Queue {
  readonly delayMs: number;
  first: Timer | undefined;
  last: Timer | undefined;
}

export class Timers {
  readonly #queues = new Map<number, Queue>();
  #order = 0;
  #latest = Number.NEGATIVE_INFINITY;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** `now` is the caller's clock; should it step back, the latest time seen counts. */
  add(now: number, delayMs: number, run: () => void): Cancel {
    const timer = new Callback(run);
    this.start(timer, now, delayMs);
    return () => {
      this.stop(timer);
      timer.forget(); // a canceller that is kept holds on to nothing by it
    };
  }

  /** As `add`, for a timer that does not run. */
  start(timer: Timer, now: number, delayMs: number): void {
    this.#latest = Math.max(this.#latest, now);
    const queue = this.#queueOf(delayMs);
    timer.deadline = this.#latest + delayMs;
    timer.order = this.#order;
    timer.before = queue.last;
    timer.queue = queue;
    this.#order += 1;
    this.#count += 1;
    if (queue.last === undefined) queue.first = timer;
    else queue.last.after = timer;
    queue.last = timer;
  }

  /** One that does not run is left alone. */
  stop(timer: Timer): void {
    const { queue } = timer;
    if (queue === undefined) return;
    timer.queue = undefined;
    this.#count -= 1;
    if (timer.before === undefined) queue.first = timer.after;
    else timer.before.after = timer.after;
    if (timer.after === undefined) queue.last = timer.before;
    else timer.after.before = timer.before;
    // Memory that is not collected yet holds on to nothing by it.
    timer.before = undefined;
    timer.after = undefined;
    // An odd duration must not leave its queue behind for ever.
    if (queue.first === undefined) this.#queues.delete(queue.delayMs);
  }

  /** Runs what is due, earliest first; what a callback adds waits for the next call. */
  advance(now: number): void {
    this.#latest = Math.max(this.#latest, now);
    const newcomers = this.#order;
    for (;;) {
      const timer = this.#earliest();
      if (timer === undefined || timer.deadline > now || timer.order >= newcomers) return;
      this.stop(timer);
      timer.fire();
    }
  }

  /** When `advance` has something to do; `undefined` while nothing is scheduled. */
  nextDeadline(): number | undefined {
    return this.#earliest()?.deadline;
  }

  #queueOf(delayMs: number): Queue {
    const known = this.#queues.get(delayMs);
    if (known !== undefined) return known;
    const queue: Queue = { delayMs, first: undefined, last: undefined };
    this.#queues.set(delayMs, queue);
    return queue;
  }

  #earliest(): Timer | undefined {
    let earliest: Timer | undefined;
    for (const { first } of this.#queues.values()) {
      if (first === undefined) continue;
      if (earliest === undefined || comesBefore(first, earliest)) earliest = first;
    }
    return earliest;
  }
}

class Callback extends Timer {
  #run: () => void;

  constructor(run: () => void) {
    super();
    this.#run = run;
  }

  fire(): void {
    const run = this.#run;
    this.forget();
    run();
  }

  forget(): void {
    this.#run = nothing;
  }
}

function nothing(): void {}

function comesBefore(a: Timer, b: Timer): boolean {
  return a.deadline < b.deadline || (a.deadline === b.deadline && a.order < b.order);
}
