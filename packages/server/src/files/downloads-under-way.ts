/** How many read at once, in all and from one address: each holds an open file. */
import type { LimitWatch } from "../ports/index.ts";
import type { FileLimits } from "./file-limits.ts";

export class DownloadsUnderWay {
  readonly #limits: Pick<FileLimits, "downloads" | "downloadsPerSource">;
  readonly #hits: LimitWatch;
  readonly #bySource = new Map<string, number>();
  #count = 0;

  constructor(limits: Pick<FileLimits, "downloads" | "downloadsPerSource">, hits: LimitWatch) {
    this.#limits = limits;
    this.#hits = hits;
  }

  get count(): number {
    return this.#count;
  }

  /** What to call when it is over, once; undefined: there are too many. */
  begin(source: string): (() => void) | undefined {
    const own = this.#bySource.get(source) ?? 0;
    if (own >= this.#limits.downloadsPerSource) return this.#hit("downloadsPerSource", source);
    if (this.#count >= this.#limits.downloads) return this.#hit("downloads", source);
    this.#count += 1;
    this.#bySource.set(source, own + 1);
    return () => this.#end(source);
  }

  #end(source: string): void {
    this.#count -= 1;
    const left = (this.#bySource.get(source) ?? 1) - 1;
    if (left > 0) this.#bySource.set(source, left);
    else this.#bySource.delete(source);
  }

  #hit(limit: "downloads" | "downloadsPerSource", source: string): undefined {
    this.#hits.hit(limit, source);
  }
}
