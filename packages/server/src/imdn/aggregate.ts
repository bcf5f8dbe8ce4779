/** The messages in which gathered reports go to the author. RFC 5438 §8.3 */
import { formatMultipart, type MimeHeader } from "@parlance/formats";
import type { Random } from "@parlance/wire";
import type { DispositionReport } from "../store/index.ts";

export interface Batch {
  readonly reports: readonly DispositionReport[];
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** Readers take no more than 32 parts, and a report has some 700 bytes. */
const PARTS = 30;
const CPIM: readonly MimeHeader[] = [["Content-Type", "message/cpim"]];
const BOUNDARY_BITS = 128;

/** As few messages as their bounds allow; a report that is alone goes without the wrapping. */
export function batchesOf(reports: readonly DispositionReport[], random: Random): readonly Batch[] {
  const batches: Batch[] = [];
  for (let at = 0; at < reports.length; at += PARTS) {
    batches.push(batchOf(reports.slice(at, at + PARTS), random));
  }
  return batches;
}

/** For an author whose client does not know several parts, or takes no long messages. */
export function singlesOf(reports: readonly DispositionReport[], random: Random): readonly Batch[] {
  return reports.map((report) => batchOf([report], random));
}

function batchOf(reports: readonly DispositionReport[], random: Random): Batch {
  const [only] = reports;
  if (reports.length === 1 && only !== undefined) {
    return { reports, contentType: "message/cpim", body: only.bytes };
  }
  const boundary = random.token(BOUNDARY_BITS);
  const parts = reports.map(({ bytes }) => ({ headers: CPIM, content: bytes }));
  return {
    reports,
    contentType: `multipart/mixed;boundary="${boundary}"`,
    body: formatMultipart(parts, boundary),
  };
}
