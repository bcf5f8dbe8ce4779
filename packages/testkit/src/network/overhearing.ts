/** Listens on all links for words that are not to reach everybody: whole octets, before weather can lose them. */
import { octetText } from "@parlance/wire";

export class Overhearing {
  readonly #words: readonly string[];
  /** What has been heard on the way to each host. */
  readonly #heard = new Map<string, Set<string>>();
  /** The end of what was written last on a flow: a word may begin there. */
  readonly #ends = new Map<string, string>();
  readonly #longest: number;

  constructor(words: readonly string[]) {
    this.#words = words.map((word) => word.toLowerCase());
    this.#longest = Math.max(0, ...words.map(({ length }) => length));
  }

  /** `to`: the name of a host; `flow`: on which octets follow one another. */
  passes(to: string, flow: string, bytes: Uint8Array): void {
    const text = `${this.#ends.get(flow) ?? ""}${octetText(bytes).toLowerCase()}`;
    this.#ends.set(flow, text.slice(1 - this.#longest));
    for (const word of this.#words) {
      if (!text.includes(word)) continue;
      const heard = this.#heard.get(to) ?? new Set();
      this.#heard.set(to, heard.add(word));
    }
  }

  /** Has it been written to that host? */
  has(to: string, word: string): boolean {
    return this.#heard.get(to)?.has(word.toLowerCase()) ?? false;
  }
}
