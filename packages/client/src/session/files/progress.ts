/** How far a file has come, for whoever looks at it from time to time. */
import type { FileProgress } from "../../files/upload-file.ts";

/** Gives the newest value to each loop, not all of them; ends when there will be no more. */
export class Progress implements AsyncIterable<FileProgress> {
  #now: FileProgress;
  #ended = false;
  #changed = Promise.withResolvers<void>();

  constructor(totalBytes: number | undefined) {
    this.#now = { doneBytes: 0, totalBytes };
  }

  get now(): FileProgress {
    return this.#now;
  }

  /** Never goes back: what is sent again after a cut was told before. */
  set(doneBytes: number, totalBytes = this.#now.totalBytes): void {
    if (this.#ended || doneBytes < this.#now.doneBytes) return;
    this.#now = { doneBytes, totalBytes };
    this.#tell();
  }

  end(): void {
    this.#ended = true;
    this.#tell();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<FileProgress, void> {
    let told: FileProgress | undefined;
    for (;;) {
      if (told !== this.#now) {
        told = this.#now;
        yield told;
      } else if (this.#ended) return;
      else await this.#changed.promise;
    }
  }

  #tell(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}
