/** What both clients of the first page send and receive, for whoever draws it. */
import type { Traced } from "@parlance/client/web";

export interface FedTrace {
  /** Address of the user whose client it was. */
  readonly user: string;
  /** Epoch ms. */
  readonly at: number;
  readonly traced: Traced;
}

const MOST = 500;

export class TraceFeed {
  #records: readonly FedTrace[] = [];
  readonly #watchers = new Set<() => void>();

  put(user: string, traced: Traced): void {
    this.#records = [...this.#records, { user, at: Date.now(), traced }].slice(-MOST);
    for (const watcher of this.#watchers) watcher();
  }

  /** Oldest first; the newest few hundred. */
  get records(): readonly FedTrace[] {
    return this.#records;
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }
}
