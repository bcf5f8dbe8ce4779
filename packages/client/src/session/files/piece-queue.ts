/** Octets between the network and whoever takes them at his own pace; a bounded number of them. */
import { ImError } from "../../base/errors.ts";

/** Above it nothing more is read from the network … */
const MOST_BYTES = 1_048_576;
/** … until so few are left. */
const FEW_BYTES = 262_144;

export class PieceQueue {
  readonly #room: () => void;
  readonly #abandoned: () => void;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #full = false;
  #ended = false;
  #failure: ImError | undefined;
  #taken = Promise.withResolvers<boolean>();
  #changed = Promise.withResolvers<void>();

  /** `room`: more is wanted again; `abandoned`: whoever took the octets wants no more. */
  constructor(room: () => void, abandoned: () => void) {
    this.#room = room;
    this.#abandoned = abandoned;
  }

  /** False: enough for now. */
  push(piece: Uint8Array): boolean {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    if (this.#bytes > MOST_BYTES) this.#full = true;
    this.#tell();
    return !this.#full;
  }

  /** Everything is there. Resolves with true when it has been taken, with false when it was not wanted. */
  end(): Promise<boolean> {
    this.#ended = true;
    this.#tell();
    return this.#taken.promise;
  }

  /** What was taken is not to be relied upon. */
  fail(error: ImError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#pieces = [];
    this.#bytes = 0;
    this.#taken.resolve(false);
    this.#tell();
  }

  /**
   * Once. The loop ends when all is there, and throws ImError when that will never be. `finish` is called when
   * all has been taken; what it throws means that it was not wanted after all.
   */
  async *take(finish: () => void | Promise<void>): AsyncGenerator<Uint8Array, void> {
    let whole = false;
    try {
      for (;;) {
        if (this.#failure !== undefined) throw this.#failure;
        const piece = this.#pieces.shift();
        if (piece !== undefined) {
          this.#leave(piece.length);
          yield piece;
          continue;
        }
        if (this.#ended) break;
        await this.#changed.promise;
      }
      await finish();
      whole = true;
    } finally {
      this.#taken.resolve(whole);
      if (!whole && this.#failure === undefined) {
        this.fail(new ImError("aborted"));
        this.#abandoned();
      }
    }
  }

  #leave(bytes: number): void {
    this.#bytes -= bytes;
    if (!this.#full || this.#bytes > FEW_BYTES) return;
    this.#full = false;
    this.#room();
  }

  #tell(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}
