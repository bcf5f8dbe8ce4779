/** Rows on their way between the two threads and SQLite: values in the order of their columns. */

export type Value = string | number | null | Uint8Array;
export type Row = readonly Value[];

/** Reads a row column by column; a value of another type than expected means the schema and the code disagree. */
export class RowReader {
  readonly #row: Row;
  #at = 0;

  constructor(row: Row) {
    this.#row = row;
  }

  text(): string {
    const value = this.#row[this.#at++];
    return typeof value === "string" ? value : this.#wrong("text");
  }

  optionalText(): string | undefined {
    return this.#row[this.#at] === null ? this.#skip() : this.text();
  }

  number(): number {
    const value = this.#row[this.#at++];
    return typeof value === "number" ? value : this.#wrong("a number");
  }

  optionalNumber(): number | undefined {
    return this.#row[this.#at] === null ? this.#skip() : this.number();
  }

  flag(): boolean {
    return this.number() !== 0;
  }

  bytes(): Uint8Array {
    const value = this.#row[this.#at++];
    return value instanceof Uint8Array ? value : this.#wrong("bytes");
  }

  /** Text that is one of a few words. */
  word<const Word extends string>(words: readonly Word[]): Word {
    const text = this.text();
    return words.find((word) => word === text) ?? this.#wrong(words.join(" or "));
  }

  /** A JSON array of text, as `listText` writes it. */
  texts(): readonly string[] {
    const list: unknown = JSON.parse(this.text());
    if (!Array.isArray(list)) return this.#wrong("a list");
    return list.map((item) => (typeof item === "string" ? item : this.#wrong("a list of text")));
  }

  optionalTexts(): readonly string[] | undefined {
    return this.#row[this.#at] === null ? this.#skip() : this.texts();
  }

  #skip(): undefined {
    this.#at++;
    return undefined;
  }

  #wrong(expected: string): never {
    throw new TypeError(`column ${this.#at} of the row is not ${expected}`);
  }
}

export function listText(list: readonly string[]): string {
  return JSON.stringify(list);
}

export function flagNumber(flag: boolean): number {
  return flag ? 1 : 0;
}
