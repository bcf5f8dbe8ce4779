/** How often and how fast to try again: less and less, and from the start when something has come of it. */
import type { Clock, Random } from "@parlance/wire";
import { ImError } from "../base/errors.ts";
import { onAbort, type Signal } from "../base/signal.ts";

const MOST_IN_A_ROW = 8; // about two minutes: a train in a tunnel, a server that restarts
const FIRST_MS = 500;
const LONGEST_MS = 30_000;

export interface RetryPorts {
  readonly clock: Clock;
  readonly random: Random;
}

export class Retries {
  readonly #ports: RetryPorts;
  readonly #signal: Signal | undefined;
  #failures = 0;

  constructor(ports: RetryPorts, signal: Signal | undefined) {
    this.#ports = ports;
    this.#signal = signal;
  }

  progressed(): void {
    this.#failures = 0;
  }

  /** Waits, or rejects with `error` when it helps no more. */
  async after(error: unknown): Promise<void> {
    if (!(error instanceof ImError) || !error.temporary) throw error;
    this.#failures += 1;
    if (this.#failures > MOST_IN_A_ROW) throw error;
    const backOff = Math.min(LONGEST_MS, FIRST_MS * 2 ** (this.#failures - 1));
    const asked = Math.min(error.retryAfterMs ?? 0, LONGEST_MS);
    await this.#wait(Math.max(asked, this.#spread(backOff)));
  }

  /** Between a half and the whole, so that those who were cut together do not come back together. */
  #spread(ms: number): number {
    const [octet = 0] = this.#ports.random.bytes(1);
    return (ms * (256 + octet)) / 512;
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = this.#ports.clock.schedule(ms, () => {
        letGo();
        resolve();
      });
      const letGo = onAbort(this.#signal, () => {
        cancel();
        reject(new ImError("aborted"));
      });
    });
  }
}
