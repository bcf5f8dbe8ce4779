/** Settings in memory. */
import type { SettingsStore } from "../settings.ts";
import type { Ledger } from "./ledger.ts";
import { compareText } from "./order.ts";

export class MemorySettings implements SettingsStore {
  readonly #ledger: Ledger;
  readonly #values: Map<string, string>;

  constructor(ledger: Ledger, pairs: readonly (readonly [string, string])[]) {
    this.#ledger = ledger;
    this.#values = new Map(pairs);
  }

  records(): readonly (readonly [string, string])[] {
    return [...this.#values];
  }

  get(key: string): Promise<string | undefined> {
    return this.#ledger.read(() => this.#values.get(key));
  }

  put(key: string, value: string): Promise<void> {
    return this.#ledger.change(() => {
      this.#values.set(key, value);
    });
  }

  remove(key: string): Promise<void> {
    return this.#ledger.change(() => {
      this.#values.delete(key);
    });
  }

  list(prefix: string, limit: number): Promise<readonly (readonly [string, string])[]> {
    return this.#ledger.read(() =>
      this.records()
        .filter(([key]) => key.startsWith(prefix))
        .sort(([a], [b]) => compareText(a, b))
        .slice(0, limit),
    );
  }
}
