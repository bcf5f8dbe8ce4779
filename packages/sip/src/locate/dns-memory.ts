/** DNS answers of one kind, kept for a short while and fetched once however many ask. */
import type { Clock } from "@parlance/wire";

interface Entry<Row> {
  readonly until: number;
  readonly records: readonly Row[];
}

// The port tells no time to live: short enough for a change, long enough for a burst.
const KEEP_MS = 30_000;
const KEEP_NOTHING_MS = 5_000;
const MAX_ENTRIES = 1_000; // The names come from peers.

export class DnsMemory<Row> {
  readonly #clock: Clock;
  readonly #ask: (name: string) => Promise<readonly Row[]>;
  readonly #entries = new Map<string, Entry<Row>>();
  readonly #asked = new Map<string, Promise<readonly Row[]>>();

  constructor(clock: Clock, ask: (name: string) => Promise<readonly Row[]>) {
    this.#clock = clock;
    this.#ask = ask;
  }

  get(name: string): readonly Row[] | undefined {
    const entry = this.#entries.get(name);
    return entry !== undefined && entry.until > this.#clock.now() ? entry.records : undefined;
  }

  /** A failure counts as no record, for the shorter while. */
  fetch(name: string): Promise<readonly Row[]> {
    const known = this.get(name);
    if (known !== undefined) return Promise.resolve(known);
    const asked = this.#asked.get(name) ?? this.#fetch(name);
    this.#asked.set(name, asked);
    return asked;
  }

  async #fetch(name: string): Promise<readonly Row[]> {
    const none: readonly Row[] = [];
    const records = await Promise.resolve(name)
      .then(this.#ask)
      .catch(() => none);
    this.#asked.delete(name);
    this.#keep(name, records);
    return records;
  }

  #keep(name: string, records: readonly Row[]): void {
    this.#entries.delete(name);
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined && this.#entries.size >= MAX_ENTRIES) this.#entries.delete(oldest);
    const keepMs = records.length === 0 ? KEEP_NOTHING_MS : KEEP_MS;
    this.#entries.set(name, { until: this.#clock.now() + keepMs, records });
  }
}
