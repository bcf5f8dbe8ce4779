/** Which rows are shown: those that were asked for, with runs of alike ones drawn as one. Kept up as rows come. */
import type { Row } from "./rows.ts";
import type { Protocol } from "./step.ts";

export interface Wanted {
  readonly protocols: ReadonlySet<Protocol>;
  /** In title, what is seen of the text, addresses and clause, without regard to case; empty: everything. */
  readonly words: string;
  /** Only these, when set. */
  readonly among: ReadonlySet<Row> | undefined;
  /** Alike rows in a run are drawn as one. */
  readonly grouped: boolean;
}

/** A row, or a run of alike ones. */
export interface Line {
  readonly row: Row;
  /** With the first. */
  readonly rows: Row[];
}

/** From so many on a run is drawn as one. */
const LEAST_RUN = 5;

export class View {
  #wanted: Wanted;
  #words: string;
  #lines: Line[] = [];
  /** The alike rows at the end, which are not a run yet. */
  #tail: Line[] = [];
  #shown = 0;

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
    this.#words = wanted.words.trim().toLowerCase();
  }

  /** The same array until something changes. */
  get lines(): readonly Line[] {
    return this.#lines;
  }

  /** Rows in them. */
  get shown(): number {
    return this.#shown;
  }

  /** Anew, with all rows that are there. */
  reset(wanted: Wanted, rows: readonly Row[]): void {
    this.#wanted = wanted;
    this.#words = wanted.words.trim().toLowerCase();
    this.#lines = [];
    this.#tail = [];
    this.#shown = 0;
    this.add(rows);
  }

  add(rows: readonly Row[]): void {
    const found = rows.filter((row) => this.#isWanted(row));
    if (found.length === 0) return;
    this.#lines = this.#lines.slice();
    for (const row of found) this.#put(row);
    this.#shown += found.length;
  }

  #put(row: Row): void {
    const last = this.#lines.at(-1);
    if (!this.#wanted.grouped || last === undefined || last.row.kind !== row.kind) {
      this.#tail = [];
    } else if (last.rows.length >= LEAST_RUN) {
      last.rows.push(row);
      return;
    }
    const line: Line = { row, rows: [row] };
    this.#lines.push(line);
    this.#tail.push(line);
    if (!this.#wanted.grouped || this.#tail.length < LEAST_RUN) return;
    const run = this.#tail.map((each) => each.row);
    this.#lines.splice(-run.length, run.length, { row: run[0] ?? row, rows: run });
    this.#tail = [];
  }

  #isWanted(row: Row): boolean {
    const { protocols, among } = this.#wanted;
    const { protocol } = row.step;
    if (protocol === "gap") return true; // whatever is missing may be what is sought
    if (!protocols.has(protocol)) return false;
    if (among !== undefined && !among.has(row)) return false;
    return this.#words === "" || saysAny(row, this.#words);
  }
}

function saysAny({ step }: Row, words: string): boolean {
  const { title, text, peer, clause = "", callId = "" } = step;
  return [title, peer, clause, callId, text].some((each) => each.toLowerCase().includes(words));
}
