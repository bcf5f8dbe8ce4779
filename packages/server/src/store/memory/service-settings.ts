/** Service settings in memory. */
import type { ServiceSettingsStore, StoredServiceSettings } from "../service-settings.ts";
import type { Ledger } from "./ledger.ts";
import { compareText } from "./order.ts";

export class MemoryServiceSettings implements ServiceSettingsStore {
  readonly #ledger: Ledger;
  readonly #kept: Map<string, StoredServiceSettings>;

  constructor(ledger: Ledger, records: readonly StoredServiceSettings[]) {
    this.#ledger = ledger;
    this.#kept = new Map(records.map((one) => [one.user, one]));
  }

  records(): readonly StoredServiceSettings[] {
    return [...this.#kept.values()].toSorted((a, b) => compareText(a.user, b.user));
  }

  put(settings: StoredServiceSettings): Promise<void> {
    const publications = settings.publications.map((one) => ({
      ...one,
      document: one.document.slice(),
    }));
    return this.#ledger.change(() => {
      this.#kept.set(settings.user, { ...settings, publications });
    });
  }

  remove(user: string): Promise<boolean> {
    return this.#ledger.change(() => this.#kept.delete(user));
  }

  list(after: string | undefined, limit: number): Promise<readonly StoredServiceSettings[]> {
    return this.#ledger.read(() =>
      this.records()
        .filter(({ user }) => after === undefined || user > after)
        .slice(0, limit),
    );
  }
}
