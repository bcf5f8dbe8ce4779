/** Responses to requests by what the requests say of themselves. RFC 4975 §7.2 */
import { octetText } from "@parlance/wire";
import type { MsrpRequest } from "./frame.ts";
import { FrameFault } from "./frame-fault.ts";
import { type FrameHead, type Line, TRANSACTION_AT } from "./head.ts";
import { type HeaderParts, type PathLines, pathLines } from "./parts.ts";
import { firstUri } from "./path.ts";
import { MsrpWriter } from "./writer.ts";

/**
 * The paths of the response to a request. To a SEND it goes one hop back, to anything else all the way.
 * RFC 4975 §7.2
 */
export function responsePaths({ method, toPath, fromPath }: MsrpRequest): PathLines {
  return pathLines(method === "SEND" ? firstUri(fromPath) : fromPath, firstUri(toPath));
}

export function answerTo(
  request: MsrpRequest,
  status: number,
  of: { readonly comment?: string; readonly headers?: HeaderParts } = {},
): Uint8Array {
  const { transactionId } = request;
  return new MsrpWriter().response({ transactionId, status, paths: responsePaths(request), ...of });
}

/** The same fault, with its answer where the head got far enough and is one that is answered. */
export function answerable(
  { offset, reason, limit }: FrameFault,
  bytes: Uint8Array,
  head: FrameHead,
): FrameFault {
  const { linesAt, status, toPath, fromPath } = head;
  if (linesAt === 0 || status !== 0 || toPath === undefined || fromPath === undefined) {
    return new FrameFault(offset, reason, { limit });
  }
  const method = octetText(bytes, head.transactionEnd + 1, head.whatEnd);
  // REPORT is never answered. RFC 4975 §7.1.2
  if (method === "REPORT") return new FrameFault(offset, reason, { limit });
  const back = valueOf(bytes, fromPath);
  const paths = pathLines(
    method === "SEND" ? firstUri(back) : back,
    firstUri(valueOf(bytes, toPath)),
  );
  const transactionId = octetText(bytes, TRANSACTION_AT, head.transactionEnd);
  const answer = new MsrpWriter().response({ transactionId, status: 400, paths });
  return new FrameFault(offset, reason, { limit, answer });
}

function valueOf(bytes: Uint8Array, { valueAt, end }: Line): string {
  return octetText(bytes, valueAt, end);
}
