/** The octets of a download on their way; lets go of the content however it ends. */
import type { ContentReader, FileContent } from "../store/index.ts";
import type { ByteRange } from "./byte-range.ts";
import type { FileCounters } from "./counters.ts";

export interface DownloadSurroundings {
  readonly content: FileContent;
  readonly counters: FileCounters;
  /** Told once, at the end. */
  readonly over: () => void;
}

export class DownloadBody implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array> {
  readonly #reader: ContentReader;
  readonly #pieces: AsyncIterator<Uint8Array>;
  readonly #around: DownloadSurroundings;
  #ended = false;

  /** Undefined: there is no such content. */
  static async open(
    id: string,
    range: ByteRange,
    around: DownloadSurroundings,
  ): Promise<DownloadBody | undefined> {
    let body: DownloadBody | undefined;
    try {
      const reader = await around.content.open(id);
      body = reader && new DownloadBody(reader, range, around);
    } finally {
      if (body === undefined) around.over();
    }
    return body;
  }

  private constructor(
    reader: ContentReader,
    { from, to }: ByteRange,
    around: DownloadSurroundings,
  ) {
    this.#reader = reader;
    this.#pieces = reader.read(from, to)[Symbol.asyncIterator]();
    this.#around = around;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    try {
      const next = this.#ended ? END : await this.#pieces.next();
      if (next.done === true) return await this.return();
      this.#around.counters.sent(next.value.length);
      return next;
    } catch (error) {
      await this.return();
      throw error;
    }
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    if (this.#ended) return END;
    this.#ended = true;
    this.#around.over();
    await this.#reader.close();
    return END;
  }
}

const END: IteratorReturnResult<undefined> = { done: true, value: undefined };
