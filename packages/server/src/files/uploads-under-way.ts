/** One request at a time writes to an upload, and the newest wins: the one before it may hang on a dead connection. */
import type { LimitWatch } from "../ports/index.ts";
import type { FileLimits } from "./file-limits.ts";

export class Turn {
  readonly owner: string;
  /** Whether octets are brought: such turns are counted. */
  readonly brings: boolean;
  readonly #stopped = Promise.withResolvers<"stopped">();
  readonly #ended = Promise.withResolvers<void>();

  constructor(owner: string, brings: boolean) {
    this.owner = owner;
    this.brings = brings;
  }

  /** Somebody else wants it. */
  get stopped(): Promise<"stopped"> {
    return this.#stopped.promise;
  }

  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  stop(): void {
    this.#stopped.resolve("stopped");
  }

  end(): void {
    this.#ended.resolve();
  }
}

export class UploadsUnderWay {
  readonly #turns = new Map<string, Turn>();
  readonly #limits: Pick<FileLimits, "uploads" | "uploadsPerUser">;
  readonly #hits: LimitWatch;

  constructor(limits: Pick<FileLimits, "uploads" | "uploadsPerUser">, hits: LimitWatch) {
    this.#limits = limits;
    this.#hits = hits;
  }

  get count(): number {
    return this.#turns.size;
  }

  /** Stops who has it and does the work; undefined: there are too many that bring octets. */
  async take<T>(
    id: string,
    asks: { readonly owner: string; readonly brings: boolean },
    work: (turn: Turn) => Promise<T>,
  ): Promise<T | undefined> {
    for (let before = this.#turns.get(id); before !== undefined; before = this.#turns.get(id)) {
      before.stop();
      await before.ended;
    }
    if (asks.brings && this.#tooMany(asks.owner)) return undefined;
    const turn = new Turn(asks.owner, asks.brings);
    this.#turns.set(id, turn);
    try {
      return await work(turn);
    } finally {
      this.#turns.delete(id);
      turn.end();
    }
  }

  /** Uploads of an account that may no more. */
  stopOf(owner: string): void {
    for (const turn of this.#turns.values()) if (turn.owner === owner) turn.stop();
  }

  stopAll(): void {
    for (const turn of this.#turns.values()) turn.stop();
  }

  #tooMany(owner: string): boolean {
    let all = 0;
    let own = 0;
    for (const turn of this.#turns.values()) {
      if (!turn.brings) continue;
      all += 1;
      if (turn.owner === owner) own += 1;
    }
    if (own >= this.#limits.uploadsPerUser) return this.#hit("uploadsPerUser");
    return all >= this.#limits.uploads && this.#hit("uploads");
  }

  #hit(limit: "uploads" | "uploadsPerUser"): true {
    this.#hits.hit(limit);
    return true;
  }
}
