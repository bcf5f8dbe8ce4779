/** Many timers of few distinct durations: add and cancel in constant time, driven from outside. */
import type { Cancel } from "./ports.ts";

interface Timer {
  readonly deadline: number;
  readonly order: number;
  run: () => void;
  before: Timer | undefined;
  after: Timer | undefined;
  queue: Queue | undefined;
}

/** All timers of one duration: added in time order, so the first is always the earliest. */
interface Queue {
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
    this.#latest = Math.max(this.#latest, now);
    const queue = this.#queueOf(delayMs);
    const timer: Timer = {
      deadline: this.#latest + delayMs,
      order: this.#order,
      run,
      before: queue.last,
      after: undefined,
      queue,
    };
    this.#order += 1;
    this.#count += 1;
    if (queue.last === undefined) queue.first = timer;
    else queue.last.after = timer;
    queue.last = timer;
    return () => this.#remove(timer);
  }

  /** Runs what is due, earliest first; what a callback adds waits for the next call. */
  advance(now: number): void {
    this.#latest = Math.max(this.#latest, now);
    const newcomers = this.#order;
    for (;;) {
      const timer = this.#earliest();
      if (timer === undefined || timer.deadline > now || timer.order >= newcomers) return;
      const { run } = timer;
      this.#remove(timer);
      run();
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

  #remove(timer: Timer): void {
    const { queue } = timer;
    if (queue === undefined) return;
    timer.queue = undefined;
    this.#count -= 1;
    if (timer.before === undefined) queue.first = timer.after;
    else timer.before.after = timer.after;
    if (timer.after === undefined) queue.last = timer.before;
    else timer.after.before = timer.before;
    // What is kept of it, by its canceller or by memory that is not collected yet, holds on to nothing.
    timer.before = undefined;
    timer.after = undefined;
    timer.run = nothing;
    // An odd duration must not leave its queue behind for ever.
    if (queue.first === undefined) this.#queues.delete(queue.delayMs);
  }
}

function nothing(): void {}

function comesBefore(a: Timer, b: Timer): boolean {
  return a.deadline < b.deadline || (a.deadline === b.deadline && a.order < b.order);
}
