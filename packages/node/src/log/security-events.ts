/** Counts what attackers cause, and logs it without letting them fill the disk. */
import type { Counter, Log, LogFields, Metrics } from "@parlance/server";
import type { Clock } from "@parlance/wire";

export interface SecurityEventsOptions {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** Lines for one kind of event from one source in a minute. */
  readonly linesAMinute?: number;
}

interface Window {
  readonly since: number;
  lines: number;
  held: number;
}

const LINES_A_MINUTE = 10;
const WINDOW_MS = 60_000;
/** Sources that are told apart; when there are more, counting starts anew for all. */
const MOST_WINDOWS = 10_000;
/** From all sources together: a botnet has many. */
const LINES_A_MINUTE_IN_ALL = 1_000;

export class SecurityEvents {
  readonly #options: SecurityEventsOptions;
  readonly #counter: Counter;
  readonly #windows = new Map<string, Window>();
  #all: Window;

  constructor(options: SecurityEventsOptions) {
    this.#options = options;
    this.#counter = options.metrics.counter(
      "parlance_security_events_total",
      "Refused log-ins, limits hit, malformed input and the like",
      "event",
    );
    this.#all = newWindow(options.clock.now());
  }

  /** `event` is a word of ours; `source` the address that caused it. */
  report(event: string, source: string, fields: LogFields = {}): void {
    this.#counter.add(1, event);
    const now = this.#options.clock.now();
    const window = this.#windowOf(event, source, now);
    if (now - this.#all.since >= WINDOW_MS) this.#all = newWindow(now);
    const most = this.#options.linesAMinute ?? LINES_A_MINUTE;
    if (window.lines >= most || this.#all.lines >= LINES_A_MINUTE_IN_ALL) {
      window.held += 1;
      return;
    }
    window.lines += 1;
    this.#all.lines += 1;
    const last = window.lines === most ? { furtherOnesHeldBack: true } : {};
    this.#options.log.warn(event, { source, ...fields, ...last });
  }

  #windowOf(event: string, source: string, now: number): Window {
    const key = `${event} ${source}`;
    const known = this.#windows.get(key);
    if (known !== undefined && now - known.since < WINDOW_MS) return known;
    if (known !== undefined && known.held > 0) {
      this.#options.log.warn("held back", { of: event, source, count: known.held });
    }
    if (this.#windows.size >= MOST_WINDOWS) this.#windows.clear();
    const window = newWindow(now);
    this.#windows.set(key, window);
    return window;
  }
}

function newWindow(since: number): Window {
  return { since, lines: 0, held: 0 };
}
