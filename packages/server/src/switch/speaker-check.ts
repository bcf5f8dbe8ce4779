/** Whether an envelope names its sender truly, and brings what may be said. Security rule 14, RFC 3862 §4.1, RFC 7701 §6.1 */
import { mimeHeader, parseCpim } from "@parlance/formats";
import { CPIM } from "@parlance/im";
import type { MediaRules } from "../ports/index.ts";

/** A status to refuse with; "incomplete" when the envelope goes on in the next chunk. RFC 4975 §10 */
export type SpeakerVerdict = "true" | "incomplete" | 400 | 403;

/** Judges the first octets of a message; a body that is no envelope names nobody. */
export function judgeSpeaker(
  contentType: string | undefined,
  start: Uint8Array,
  { admits, refuses = () => false }: Pick<MediaRules, "admits" | "refuses">,
): SpeakerVerdict {
  if (contentType === undefined) return "true";
  if (!isCpim(contentType)) return refuses(contentType) ? 403 : "true";
  const read = parseCpim(start);
  if (!read.ok) return endsInHead(start) ? "incomplete" : 400;
  const { from, contentHeaders } = read.value;
  if (from === undefined) return 400;
  if (!admits(from.uri)) return 403;
  return refuses(mimeHeader(contentHeaders, "Content-Type") ?? "") ? 403 : "true";
}

export function isCpim(contentType: string): boolean {
  const end = contentType.indexOf(";");
  const type = end < 0 ? contentType : contentType.slice(0, end);
  return type.length >= CPIM.length && type.trim().toLowerCase() === CPIM;
}

const CR = 13;
const LF = 10;
/** The message headers and those of the content each end in an empty line. */
const EMPTY_LINES = 2;

/** The headers are not over, so that what is wrong with them may be that they are not all there. */
function endsInHead(bytes: Uint8Array): boolean {
  let empty = 0;
  for (let at = 3; at < bytes.length; at += 1) {
    if (bytes[at] !== LF || bytes[at - 1] !== CR) continue;
    if (bytes[at - 2] === LF && bytes[at - 3] === CR) empty += 1;
    if (empty === EMPTY_LINES) return false;
  }
  return true;
}
