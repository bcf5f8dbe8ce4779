/** The Range field, as far as a download goes on where it was cut. RFC 9110 §14 */
import { wholeNumber } from "../web/index.ts";

/** Octets from `from` up to, and without, `to`. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

const RANGE = /^bytes=(\d{0,10})-(\d{0,10})$/i;

/** Undefined: the field is to be ignored, as RFC 9110 §14.2 allows, because it is malformed or names several. */
export function readRange(
  text: string | undefined,
  sizeBytes: number,
): ByteRange | "unsatisfiable" | undefined {
  const [, first, last] = RANGE.exec(text?.trim() ?? "") ?? [];
  if (first === undefined || last === undefined) return undefined;
  const from = wholeNumber(first);
  const to = wholeNumber(last);
  if (from === undefined) return to === undefined ? undefined : suffix(to, sizeBytes);
  if (to !== undefined && to < from) return undefined; // RFC 9110 §14.1.1: invalid
  if (from >= sizeBytes) return "unsatisfiable";
  return { from, to: Math.min(sizeBytes, (to ?? sizeBytes - 1) + 1) };
}

function suffix(length: number, sizeBytes: number): ByteRange | "unsatisfiable" {
  if (length === 0 || sizeBytes === 0) return "unsatisfiable";
  return { from: Math.max(0, sizeBytes - length), to: sizeBytes };
}
