import type { Clock } from "@parlance/wire";

/** Resolves when that work has ended, however it ended, or has taken that long. */
export function settledWithin(clock: Clock, limitMs: number, work: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.schedule(limitMs, resolve);
    const done = (): void => {
      cancel();
      resolve();
    };
    work.then(done, done);
  });
}
