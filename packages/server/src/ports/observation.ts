/** Hooks through which the server is watched. None of them may throw or block. */
import type { LimitName } from "../limits.ts";

/** Never message text, subjects, credentials, nonces or tokens. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** What may be an attack: counted, and logged without letting it fill the disk. */
export interface SecurityWatch {
  /** `event` is one of our own fixed words; `source` the address that caused it. */
  report(event: string, source: string, fields?: LogFields): void;
}

/** Told of every bound that was hit: counted by its name and, where a peer did it, reported. */
export interface LimitWatch {
  hit(limit: LimitName, source?: string): void;
  /** How much of a bound is used, read when somebody asks: by all together, or by the one who uses most of it. */
  uses(limit: LimitName, read: () => number): void;
}

export interface Counter {
  /** Labels come from our own fixed words, never from input. */
  add(count?: number, label?: string): void;
}

export interface Metrics {
  /** The same counter for the same name. `label` names the one label that `add` may give. */
  counter(name: string, help: string, label?: string): Counter;
  /** Read when the metrics are asked for. */
  gauge(name: string, help: string, read: () => number): void;
  /** As a gauge, of something that is counted elsewhere and never falls. */
  total(name: string, help: string, read: () => number): void;
}
