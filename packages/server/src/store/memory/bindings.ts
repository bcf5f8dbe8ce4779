/** Registrations in memory. */
import type { BindingChange, BindingKey, BindingStore, StoredBinding } from "../bindings.ts";
import type { Ledger } from "./ledger.ts";
import { compareText } from "./order.ts";

export class MemoryBindings implements BindingStore {
  readonly #ledger: Ledger;
  readonly #users = new Map<string, Map<string, StoredBinding>>();

  constructor(ledger: Ledger, bindings: readonly StoredBinding[]) {
    this.#ledger = ledger;
    for (const binding of bindings) this.#put(binding);
  }

  records(): readonly StoredBinding[] {
    return [...this.#users.values()].flatMap((bindings) => [...bindings.values()]);
  }

  change(changes: readonly BindingChange[]): Promise<void> {
    return this.#ledger.change(() => {
      for (const change of changes) this.#apply(change);
    });
  }

  list(after: BindingKey | undefined, limit: number): Promise<readonly StoredBinding[]> {
    return this.#ledger.read(() =>
      this.records()
        .filter((binding) => after === undefined || compareKeys(binding, after) > 0)
        .sort(compareKeys)
        .slice(0, limit),
    );
  }

  #apply(change: BindingChange): void {
    switch (change.do) {
      case "put":
        this.#put(change.binding);
        break;
      case "remove":
        this.#remove(change.user, change.id);
        break;
      case "remove all":
        this.#users.delete(change.user);
        break;
    }
  }

  #put(binding: StoredBinding): void {
    const bindings = this.#users.get(binding.user) ?? new Map<string, StoredBinding>();
    bindings.set(binding.id, binding);
    this.#users.set(binding.user, bindings);
  }

  #remove(user: string, id: string): void {
    const bindings = this.#users.get(user);
    bindings?.delete(id);
    if (bindings?.size === 0) this.#users.delete(user);
  }
}

function compareKeys(a: BindingKey, b: BindingKey): number {
  return compareText(a.user, b.user) || compareText(a.id, b.id);
}
