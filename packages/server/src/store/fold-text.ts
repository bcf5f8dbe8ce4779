/** Text as it is searched: without the differences that nobody means. Search is by parts of words, in any script. */

const MOST_CHARACTERS = 65_536; // what comes behind them is not found: a book is not looked for by its last page
const MOST_QUERY_CHARACTERS = 256;
const MOST_WORDS = 8;

/** One case, one width, one form of each character, one space between words. What it gives folds to itself. */
export function foldText(text: string): string {
  return foldOnce(foldOnce(text.slice(0, MOST_CHARACTERS)));
}

/** Changing the case may undo the normal form: the second time nothing changes any more. */
function foldOnce(text: string): string {
  return text
    .toWellFormed()
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[\p{White_Space}\p{Cc}]+/gu, " ")
    .trim();
}

/** The words of a query, folded, the longest first: all of them must be in a message. */
export function queryWords(query: string): readonly string[] {
  const words = foldText(query.slice(0, MOST_QUERY_CHARACTERS)).split(" ");
  return [...new Set(words)]
    .filter((word) => word !== "")
    .toSorted((a, b) => b.length - a.length)
    .slice(0, MOST_WORDS);
}
