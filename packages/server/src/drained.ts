/** The end of a server that leaves nobody without an answer. */
import type { ServerPorts } from "./config.ts";
import type { Core } from "./core/core.ts";

const LOOK_MS = 50;

/** New requests are refused; resolves when those that are under way have ended, or patience has. */
export function drained(core: Core, { clock }: ServerPorts, patienceMs: number): Promise<void> {
  core.drain();
  const until = clock.now() + patienceMs;
  return new Promise((resolve) => {
    const look = (): void => {
      if (core.waiting === 0 || clock.now() >= until) return resolve();
      clock.schedule(LOOK_MS, look);
    };
    look();
  });
}
