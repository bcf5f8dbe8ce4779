/** Cuts what a source gives into the bodies of chunks. RFC 4975 §7.1.1 */
import { concatBytes } from "@parlance/wire";
import type { MessageSource, Pulled } from "./source.ts";

export interface ChunkBody {
  /** Counted from zero. */
  readonly offset: number;
  readonly body: Uint8Array;
  /** Nothing comes after it. */
  readonly last: boolean;
}

export class ChunkReader {
  readonly #source: MessageSource;
  readonly #chunkBytes: number;
  /** Called when `next` has something else to say than "wait". */
  readonly #wake: () => void;
  /** What was read and is not in a chunk yet. */
  #pieces: Uint8Array[] = [];
  #loaded = 0;
  #offset = 0;
  #ended = false;
  #broken = false;
  /** Of the read that is on its way; what an older one brings is dropped. */
  #reading: object | undefined;
  #asked = 0;

  constructor(source: MessageSource, chunkBytes: number, wake: () => void) {
    this.#source = source;
    this.#chunkBytes = chunkBytes;
    this.#wake = wake;
  }

  /** Where the next chunk begins. */
  get offset(): number {
    return this.#offset;
  }

  /** "broken" when the source failed, ended before its size or gave what it may not. */
  next(): ChunkBody | "wait" | "broken" {
    this.#fill();
    if (this.#broken) return "broken";
    if (!this.#isFull()) return "wait";
    const body = this.#take(Math.min(this.#loaded, this.#chunkBytes));
    const offset = this.#offset;
    this.#offset += body.length;
    return { offset, body, last: this.#ended && this.#loaded === 0 };
  }

  /** Begins anew at an offset that was not released. */
  restart(offset: number): void {
    this.#pieces = [];
    this.#loaded = 0;
    this.#offset = offset;
    this.#ended = false;
    this.#reading = undefined;
  }

  release(offset: number): void {
    this.#source.release?.(offset);
  }

  close(): void {
    this.#reading = {}; // what may still come is not for us
    this.#broken = true;
    this.#pieces = [];
    this.#source.close?.();
  }

  #isFull(): boolean {
    return this.#ended || this.#loaded >= this.#wanted;
  }

  /** Where the size is unknown, one octet more shows that a chunk is not the last. */
  get #wanted(): number {
    return this.#source.sizeBytes === undefined ? this.#chunkBytes + 1 : this.#chunkBytes;
  }

  #fill(): void {
    this.#checkEnd();
    while (!this.#broken && !this.#isFull() && this.#reading === undefined) {
      const pulled = this.#pull();
      if (!(pulled instanceof Promise)) {
        this.#add(pulled);
        continue;
      }
      const reading = {};
      this.#reading = reading;
      pulled.then(
        (octets) => this.#arrived(reading, octets),
        () => this.#failed(reading),
      );
    }
  }

  #pull(): Pulled | Promise<Pulled> {
    const at = this.#offset + this.#loaded;
    const left = (this.#source.sizeBytes ?? Number.POSITIVE_INFINITY) - at;
    this.#asked = Math.min(left, this.#wanted - this.#loaded);
    try {
      return this.#source.read(at, this.#asked);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #arrived(reading: object, octets: Pulled): void {
    if (this.#reading !== reading) return;
    this.#reading = undefined;
    this.#add(octets);
    this.#wake();
  }

  #failed(reading: object): void {
    if (this.#reading !== reading) return;
    this.#reading = undefined;
    this.#broken = true;
    this.#wake();
  }

  #add(octets: Pulled): void {
    const { sizeBytes } = this.#source;
    if (octets === undefined) {
      if (sizeBytes === undefined) this.#ended = true;
      else this.#broken = true;
      return;
    }
    if (octets.length === 0 || octets.length > this.#asked) {
      this.#broken = true;
      return;
    }
    this.#pieces.push(octets);
    this.#loaded += octets.length;
    this.#checkEnd();
  }

  #checkEnd(): void {
    if (this.#offset + this.#loaded === this.#source.sizeBytes) this.#ended = true;
  }

  #take(length: number): Uint8Array {
    const [first] = this.#pieces;
    if (this.#pieces.length === 1 && first?.length === length) {
      this.#pieces = [];
      this.#loaded = 0;
      return first;
    }
    const whole = concatBytes(...this.#pieces);
    this.#pieces = whole.length === length ? [] : [whole.subarray(length)];
    this.#loaded = whole.length - length;
    return whole.subarray(0, length);
  }
}
