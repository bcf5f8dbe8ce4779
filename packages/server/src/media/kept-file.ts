/** Which files may be kept for somebody who is away: those that are pushed, and small enough. OMA IM 13.3, RFC 5547 §8.3.1 */
import type { SessionMedia } from "./session-media.ts";

/** Is the offer one of files alone, each of which says how large it is? */
export function mayBeKept({ lines }: SessionMedia, mostBytes: number): boolean {
  return lines.every(({ media: { file, direction } }) => {
    const sizeBytes = file?.selector.sizeBytes;
    if (file?.transferId === undefined || sizeBytes === undefined) return false;
    return direction === "sendonly" && sizeBytes <= mostBytes;
  });
}
