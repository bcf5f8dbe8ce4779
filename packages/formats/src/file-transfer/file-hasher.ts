/** Size and hashes of a file that comes piece by piece, and what was announced of it. RFC 5547 §6, §8.2.2 */
import type { ContentHash, RunningHash, StartHash } from "@parlance/wire";
import type { FileHash, FileSelector } from "./file-meant.ts";

/** SHA-1 must be there for everybody, SHA-256 is for those who want to rely on it. RFC 5547 §6 */
const ALGORITHMS: readonly ContentHash[] = ["sha-1", "sha-256"];

/** Counts and hashes octets; holds none of them. */
export class FileHasher {
  readonly #running: readonly (readonly [ContentHash, RunningHash])[];
  #sizeBytes = 0;

  constructor(startHash: StartHash, algorithms: readonly ContentHash[] = ALGORITHMS) {
    this.#running = algorithms.map((algorithm) => [algorithm, startHash(algorithm)]);
  }

  /** So far. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  update(bytes: Uint8Array): void {
    this.#sizeBytes += bytes.length;
    for (const [, hash] of this.#running) hash.update(bytes);
  }

  /** Once, at the end. */
  hashes(): readonly FileHash[] {
    return this.#running.map(([algorithm, hash]) => ({ algorithm, value: hash.digest() }));
  }
}

export type FileVerdict = "as announced" | "too long" | "too short" | "other content";

/** Holds a whole file against its selector; what was not announced cannot be wrong. RFC 5547 §8.3.1 */
export class FileCheck {
  readonly #selector: FileSelector;
  readonly #hasher: FileHasher;
  #tooLong = false;

  constructor(selector: FileSelector, startHash: StartHash) {
    const announced = new Set(selector.hashes.map(({ algorithm }) => algorithm));
    this.#selector = selector;
    this.#hasher = new FileHasher(
      startHash,
      ALGORITHMS.filter((algorithm) => announced.has(algorithm)),
    );
  }

  /** False as soon as there is more of it than was announced: nothing is hashed from there on. */
  update(bytes: Uint8Array): boolean {
    const { sizeBytes = Number.POSITIVE_INFINITY } = this.#selector;
    if (this.#tooLong || this.#hasher.sizeBytes + bytes.length > sizeBytes) this.#tooLong = true;
    else this.#hasher.update(bytes);
    return !this.#tooLong;
  }

  /** Once, at the end. */
  verdict(): FileVerdict {
    const { sizeBytes, hashes } = this.#selector;
    if (this.#tooLong) return "too long";
    if (this.#hasher.sizeBytes < (sizeBytes ?? 0)) return "too short";
    const found = new Map(this.#hasher.hashes().map(({ algorithm, value }) => [algorithm, value]));
    const wrong = hashes.some(({ algorithm, value }) => (found.get(algorithm) ?? value) !== value);
    return wrong ? "other content" : "as announced";
  }
}
