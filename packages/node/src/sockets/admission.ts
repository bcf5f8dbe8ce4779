/** Counts connections, so that neither one source nor all of them together take every descriptor. */
export interface AdmissionBounds {
  readonly connections: number;
  readonly connectionsPerSource: number;
}

export interface Admitted {
  readonly total: number;
  /** Of the source that has most. */
  readonly most: number;
}

export class Admission {
  readonly #bounds: AdmissionBounds;
  readonly #bySource = new Map<string, number>();
  #total = 0;

  constructor(bounds: AdmissionBounds) {
    this.#bounds = bounds;
  }

  get total(): number {
    return this.#total;
  }

  get admitted(): Admitted {
    let most = 0;
    for (const held of this.#bySource.values()) most = Math.max(most, held);
    return { total: this.#total, most };
  }

  /** Takes a place, or says which bound is reached. A trusted source is held to the total alone. */
  enter(source: string, trusted: boolean): "total" | "source" | undefined {
    if (this.#total >= this.#bounds.connections) return "total";
    const held = this.#bySource.get(source) ?? 0;
    if (!trusted && held >= this.#bounds.connectionsPerSource) return "source";
    this.#total += 1;
    this.#bySource.set(source, held + 1);
    return undefined;
  }

  /** Gives back the place that `enter` took. */
  leave(source: string): void {
    this.#total -= 1;
    const held = (this.#bySource.get(source) ?? 1) - 1;
    if (held === 0) this.#bySource.delete(source);
    else this.#bySource.set(source, held);
  }
}
