/** Reads a head of text lines over octets: each line ends in CRLF, an octet offset for every fault. */
import { FormatError } from "./format-error.ts";
import { utf8Text } from "./text.ts";

const CR = 13;
const LF = 10;
const DEFAULT_MAX_LINE_BYTES = 8192;

export interface LineReaderOptions {
  /** Longest line without its end. */
  readonly maxLineBytes?: number;
  /** Whether a line may end in LF alone, for formats that are met like that. */
  readonly bareLf?: boolean;
}

export class LineReader {
  readonly format: string;
  readonly #bytes: Uint8Array;
  readonly #maxLineBytes: number;
  readonly #bareLf: boolean;
  #offset = 0;
  #lineStart = 0;

  constructor(format: string, bytes: Uint8Array, options: LineReaderOptions = {}) {
    this.format = format;
    this.#bytes = bytes;
    this.#maxLineBytes = options.maxLineBytes ?? DEFAULT_MAX_LINE_BYTES;
    this.#bareLf = options.bareLf ?? false;
  }

  /** Where the next line begins. */
  get offset(): number {
    return this.#offset;
  }

  /** Where the line that was last read begins. */
  get lineStart(): number {
    return this.#lineStart;
  }

  get atEnd(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  /** The next line without its end; `undefined` after the last one. */
  next(): string | undefined {
    if (this.atEnd) return undefined;
    const start = this.#offset;
    const lineFeed = this.#bytes.indexOf(LF, start);
    if (lineFeed === -1) this.fail("line has no end", start);
    const end = this.#lineEnd(start, lineFeed);
    if (end - start > this.#maxLineBytes) this.fail("line is too long", start);
    this.#lineStart = start;
    this.#offset = lineFeed + 1;
    return this.#decode(start, end);
  }

  /** What follows the lines that were read, untouched: a view, not a copy. */
  rest(): Uint8Array {
    return this.#bytes.subarray(this.#offset);
  }

  fail(reason: string, offset: number = this.#lineStart): never {
    throw new FormatError(this.format, offset, reason);
  }

  #lineEnd(start: number, lineFeed: number): number {
    const hasReturn = lineFeed > start && this.#bytes[lineFeed - 1] === CR;
    if (!hasReturn && !this.#bareLf) this.fail("line ends in a bare LF", lineFeed);
    const end = hasReturn ? lineFeed - 1 : lineFeed;
    // Searched in the line alone, so that many short lines stay linear.
    const bareReturn = this.#bytes.subarray(start, end).indexOf(CR);
    if (bareReturn !== -1) this.fail("bare CR in a line", start + bareReturn);
    return end;
  }

  #decode(start: number, end: number): string {
    try {
      return utf8Text(this.#bytes.subarray(start, end));
    } catch (error) {
      if (error instanceof FormatError) this.fail(error.reason, start);
      throw error;
    }
  }
}
