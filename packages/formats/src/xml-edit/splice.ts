/** One piece of a document put in the place of another; everything around it keeps its octets. */
import { concatBytes } from "@parlance/wire";

export function splice(
  bytes: Uint8Array,
  start: number,
  end: number,
  piece: Uint8Array,
): Uint8Array<ArrayBuffer> {
  return concatBytes(bytes.subarray(0, start), piece, bytes.subarray(end));
}
