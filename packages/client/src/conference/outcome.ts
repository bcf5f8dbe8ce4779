/** What becomes of one who is asked to come into a group, as whoever asks waits for it. */
import { reactTo } from "@parlance/im";
import type { Cancel, Clock } from "@parlance/wire";
import { ImError } from "../base/errors.ts";

/** One who was asked. */
export interface Asked {
  readonly address: string;
  /**
   * Resolves when he has said yes: the roster tells that he is in. Rejects with ImError when he does not come: "declined", "not reachable", "no such user or
   * group" …; "timeout" when nothing was heard of it, and "closed" when the session was over before.
   */
  readonly came: Promise<void>;
}

/** Servers that tell of it do so when his devices have rung long enough. */
const PATIENCE_MS = 240_000;

export class Outcome {
  readonly came: Promise<void>;
  readonly #settled = Promise.withResolvers<void>();
  readonly #late: Cancel;
  readonly #over: () => void;

  /** `over`: it is known, whatever it is. */
  constructor(clock: Clock, over: () => void) {
    this.came = this.#settled.promise;
    this.came.catch(() => {}); // whoever wants to know asks
    this.#over = over;
    this.#late = clock.schedule(PATIENCE_MS, () => this.fail(new ImError("timeout")));
  }

  /** The final status. */
  settle(status: number): void {
    this.#end();
    if (status < 300) this.#settled.resolve();
    else this.#settled.reject(errorOf(status));
  }

  fail(error: ImError): void {
    this.#end();
    this.#settled.reject(error);
  }

  #end(): void {
    this.#late();
    this.#over();
  }
}

function errorOf(status: number): ImError {
  const reaction = reactTo({ status, pager: false, sizeRefused: false });
  return new ImError(reaction.do === "tell" ? reaction.reason : "server trouble", { status });
}
