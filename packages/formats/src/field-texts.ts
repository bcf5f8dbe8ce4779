/** The text of many header lines at once: one decoding for all of them wherever they are ASCII. */
import { FormatError, utf8Text } from "@parlance/wire";

/**
 * `bounds` holds start and end of each line by turns, in rising order. Throws `FormatError` with the
 * place of the line that is not UTF-8.
 */
export function fieldTexts(
  format: string,
  bytes: Uint8Array,
  bounds: readonly number[],
): readonly string[] {
  const from = bounds[0] ?? 0;
  const to = bounds.at(-1) ?? 0;
  const all = decode(format, bytes, from, to);
  // As long in characters as in octets: ASCII throughout, and places in both are the same.
  const ascii = all.length === to - from;
  const texts: string[] = [];
  for (let at = 0; at < bounds.length; at += 2) {
    const start = bounds[at] ?? 0;
    const end = bounds[at + 1] ?? 0;
    texts.push(ascii ? all.slice(start - from, end - from) : decode(format, bytes, start, end));
  }
  return texts;
}

function decode(format: string, bytes: Uint8Array, start: number, end: number): string {
  try {
    return utf8Text(bytes.subarray(start, end));
  } catch (error) {
    if (error instanceof FormatError) throw new FormatError(format, start, error.reason);
    throw error;
  }
}
