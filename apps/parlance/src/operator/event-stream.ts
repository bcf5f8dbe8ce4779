/** Server-Sent Events to one who listens. HTML standard §9.2 */
import type { ServerResponse } from "node:http";

/** Proxies give up what is silent for longer. */
const ALIVE_MS = 15_000;
const HEAD = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "x-accel-buffering": "no",
};

export class EventStream {
  readonly #response: ServerResponse;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #ended: () => void;

  constructor(response: ServerResponse, ended: () => void) {
    this.#response = response;
    this.#ended = ended;
    response.writeHead(200, HEAD);
    response.write(": the trace\n\n");
    response.once("close", () => this.end());
    this.every(ALIVE_MS, () => {
      if (!this.full) response.write(": still here\n\n");
    });
  }

  /** What was written has not left yet. */
  get full(): boolean {
    return this.#response.writableNeedDrain;
  }

  every(milliseconds: number, run: () => void): void {
    this.#timers.push(setInterval(run, milliseconds));
  }

  send(event: string, value: object): void {
    this.#response.write(`event: ${event}\ndata: ${JSON.stringify(value)}\n\n`);
  }

  end(): void {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
    this.#response.end();
    this.#ended();
  }
}
