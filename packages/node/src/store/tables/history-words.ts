/**
 * The index of what is said in kept messages: of any three characters, so it serves scripts that put nothing between words.
 * It names messages that may fit; each is looked at before it is a hit.
 */
import type { Row } from "../rows.ts";
import type { Sql } from "../sql.ts";

export interface Places {
  readonly first: number;
  readonly last: number;
}

export interface Found {
  readonly entries: readonly Row[];
  /** Where to go on; undefined when there is nothing more. */
  readonly next: number | undefined;
}

/** Of one step that rewrites the index: some milliseconds. */
const MERGED_PAGES = 64;

type Source = (first: number, last: number, most: number) => readonly Row[];

const WAITING_MOST = 256; // indexed together: some milliseconds
const MOST_GRAMS = 24; // more of them cost more than they rule out
const LOOKED_AT_ONCE = 64; // more than a page: most often the first ones are enough

export function historyWords(sql: Sql, entry: string) {
  // A number from JavaScript is a REAL to SQLite, and the index passes over bounds that are.
  const add = sql.prepare("INSERT INTO history_words (rowid, text) VALUES (CAST(? AS INTEGER), ?)");
  const drop = sql.prepare(
    `INSERT INTO history_words (history_words, rowid, text)
     VALUES ('delete', CAST(? AS INTEGER), ?)`,
  );
  const secure = sql.prepare("SELECT v FROM history_words_config WHERE k = 'secure-delete'");
  const setSecure = sql.prepare(
    "INSERT INTO history_words (history_words, rank) VALUES ('secure-delete', CAST(? AS INTEGER))",
  );
  const merge = sql.prepare(
    "INSERT INTO history_words (history_words, rank) VALUES ('merge', CAST(? AS INTEGER))",
  );
  const changes = sql.prepare("SELECT total_changes()");
  const match = sql.prepare(
    `SELECT rowid FROM history_words WHERE history_words MATCH ?
     AND rowid BETWEEN CAST(? AS INTEGER) AND CAST(? AS INTEGER) ORDER BY rowid DESC LIMIT ?`,
  );
  const each = sql.prepare(
    "SELECT place FROM history WHERE place BETWEEN ? AND ? ORDER BY place DESC LIMIT ?",
  );
  const wait = sql.prepare("INSERT INTO history_unindexed VALUES (?)");
  const waiting = sql.prepare(
    "SELECT place FROM history_unindexed WHERE place BETWEEN ? AND ? ORDER BY place DESC LIMIT ?",
  );
  const countWaiting = sql.prepare("SELECT count(*) FROM history_unindexed");
  const allWaiting = sql.prepare(
    "SELECT place, search_text FROM history_unindexed JOIN history USING (place) ORDER BY place",
  );
  const waitNoMore = sql.prepare("DELETE FROM history_unindexed WHERE place = ?");
  const noneWaits = sql.prepare("DELETE FROM history_unindexed");
  const look = sql.prepare(
    `SELECT conversation, removed, search_text, ${entry} FROM history WHERE place = ?`,
  );
  let waits: number | undefined;
  /** The index is being rewritten; begun anew after a restart. */
  let merging = false;

  function isSecure(): boolean {
    return Number(secure.first()?.[0] ?? 0) === 1;
  }

  function indexAll(): void {
    for (const [place = null, text = null] of allWaiting.all()) add.run(place, text);
    noneWaits.run();
    waits = 0;
  }

  /** Of one user those that wait are newer than all that are indexed, for all that wait are indexed together. */
  function sourcesOf(words: readonly string[]): readonly Source[] {
    const grams = words.flatMap(gramsOf).slice(0, MOST_GRAMS).map(quoted).join(" AND ");
    if (grams === "") return [(...range) => each.all(...range)];
    return [(...range) => waiting.all(...range), (...range) => match.all(grams, ...range)];
  }

  /** The newest first. */
  function* candidates(words: readonly string[], { first, last }: Places): Iterable<number> {
    for (const source of sourcesOf(words)) {
      let end = last;
      let found: readonly Row[];
      do {
        found = source(first, end, LOOKED_AT_ONCE);
        for (const [place] of found) {
          end = Number(place) - 1;
          yield Number(place);
        }
      } while (found.length === LOOKED_AT_ONCE);
    }
  }

  function hit(place: number, words: readonly string[], conversation: string | null) {
    const [of, removed, text, ...row] = look.first(place) ?? [];
    if (removed !== 0 || (conversation !== null && of !== conversation)) return undefined;
    return words.every((word) => String(text).includes(word)) ? row : undefined;
  }

  return {
    add(place: number): void {
      waits ??= Number(countWaiting.first()?.[0]);
      wait.run(place);
      waits += 1;
      if (waits >= WAITING_MOST) indexAll();
    },

    remove(place: number, text: string): void {
      if (waitNoMore.run(place) > 0) waits = undefined;
      else if (text !== "") drop.run(place, text);
    },

    /** What is removed is only marked, and is there until the index is rewritten: many go fast so. */
    loosen(): void {
      if (isSecure()) setSecure.run(0);
    },

    /** A rewriting has begun and is not over. */
    rewriting: (): boolean => merging,

    /** Rewrites a part of the index, so that what was marked is not there any more; says whether there may be more. */
    tighten(): boolean {
      if (isSecure()) return false;
      const before = Number(changes.first()?.[0]);
      merge.run(merging ? MERGED_PAGES : -MERGED_PAGES); // negative: all of it, whatever its age
      merging = Number(changes.first()?.[0]) - before >= 2; // as the manual has it for "nothing was done"
      if (!merging) setSecure.run(1);
      return merging;
    },

    search(
      words: readonly string[],
      conversation: string | null,
      range: Places,
      [hits, looks]: readonly [hits: number, looks: number],
    ): Found {
      const entries: Row[] = [];
      let looked = 0;
      for (const place of candidates(words, range)) {
        looked += 1;
        const row = hit(place, words, conversation);
        if (row !== undefined) entries.push(row);
        if (entries.length === hits || looked === looks) return { entries, next: place };
      }
      return { entries, next: undefined };
    },

    forget(): void {
      waits = undefined;
      merging = false;
    },
  };
}

/** Threes that cover the word, the last one as far as it must reach back; none of a word that is shorter. */
function gramsOf(word: string): readonly string[] {
  const characters = Array.from(word);
  const starts = characters.length < 3 ? [] : Array.from(threes(characters.length));
  return starts.map((at) => characters.slice(at, at + 3).join(""));
}

function* threes(length: number): Iterable<number> {
  for (let at = 0; at + 3 < length; at += 3) yield at;
  yield length - 3;
}

function quoted(gram: string): string {
  return `"${gram.replaceAll('"', '""')}"`;
}
