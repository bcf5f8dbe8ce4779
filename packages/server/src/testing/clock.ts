/** A clock that goes when the test lets it. */
import type { Cancel, Clock } from "@parlance/wire";

interface Appointment {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export class HandClock implements Clock {
  #now: number;
  #order = 0;
  #appointments: Appointment[] = [];

  constructor(now = Date.parse("2030-05-04T10:00:00Z")) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  schedule(delayMs: number, run: () => void): Cancel {
    const appointment = { at: this.#now + delayMs, order: this.#order++, run };
    this.#appointments.push(appointment);
    return () => {
      this.#appointments = this.#appointments.filter((one) => one !== appointment);
    };
  }

  get scheduled(): number {
    return this.#appointments.length;
  }

  /** Lets time pass, and after each appointment everything that waits for nothing else. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settled();
    for (;;) {
      const next = this.#appointments
        .toSorted((a, b) => a.at - b.at || a.order - b.order)
        .find(({ at }) => at <= until);
      if (next === undefined) break;
      this.#appointments = this.#appointments.filter((one) => one !== next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
      await settled();
    }
    this.#now = until;
  }
}

/** Long chains of promises over stores in memory have come to their end after so many turns. */
const TURNS = 400;

export async function settled(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await Promise.resolve();
}
