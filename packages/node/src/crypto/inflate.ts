/** Undoes content codings, within bounds that hold while inflating. RFC 3261 §20.12, RFC 1950, RFC 1952 */
import { gunzipSync, inflateSync } from "node:zlib";
import type { Inflate } from "@parlance/wire";

/** Text shrinks to a tenth at best; what grows more than this was made to hurt. */
const HIGHEST_RATIO = 20;

export const inflate: Inflate = (bytes, encoding, limitBytes) => {
  if (bytes.length === 0) return undefined;
  const maxOutputLength = Math.min(limitBytes, bytes.length * HIGHEST_RATIO);
  const undo = encoding === "gzip" ? gunzipSync : inflateSync;
  try {
    return new Uint8Array(undo(bytes, { maxOutputLength }));
  } catch (error) {
    // Broken and too large are one answer; anything else is a mistake of ours.
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
};
