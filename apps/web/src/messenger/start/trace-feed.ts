/** What both clients of the first page send and receive, for whoever draws it. */
import type { Traced } from "@parlance/client/web";

export interface FedTrace {
  /** Address of the user whose client it was. */
  readonly user: string;
  /** Epoch ms, with a fraction: a step of the ladder takes less than one. */
  readonly at: number;
  readonly traced: Traced;
}

const MOST = 500;

export class TraceFeed {
  #records: readonly FedTrace[] = [];
  /** Records that were put and are not kept any more. */
  #gone = 0;
  readonly #watchers = new Set<() => void>();

  put(user: string, traced: Traced): void {
    const at = performance.timeOrigin + performance.now();
    const all = [...this.#records, { user, at, traced }];
    this.#records = all.slice(-MOST);
    this.#gone += all.length - this.#records.length;
    for (const watcher of this.#watchers) watcher();
  }

  /** Those that came after so many; of what is not kept any more, none. */
  since(count: number): readonly FedTrace[] {
    return this.#records.slice(Math.max(0, count - this.#gone));
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }
}
