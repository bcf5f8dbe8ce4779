/** Why a document could not be read or written, as an application may act on it. RFC 4825 §11 */
import { parseXcapError, XCAP_ERROR_TYPE, type XcapError } from "@parlance/formats";
import { ImError, type ImErrorCode, type ImErrorDetails } from "../base/errors.ts";
import type { DocumentAnswer } from "./document-access.ts";

/** What is wrong with what was to be written; `conflict.kind` tells what to do about it. */
export class DocumentConflict extends ImError {
  readonly conflict: XcapError;

  constructor(conflict: XcapError, details: ImErrorDetails = {}) {
    super("conflict", details);
    this.conflict = conflict;
  }
}

/** Of an answer from 400 on. */
export function documentError(answer: DocumentAnswer): ImError {
  const { status, type, body, retryAfterMs } = answer;
  const details = { status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  if (status === 409 && type === XCAP_ERROR_TYPE) {
    const read = parseXcapError(body);
    if (read.ok) {
      const { kind, phrase } = read.value;
      return new DocumentConflict(read.value, { ...details, warning: phrase ?? kind });
    }
  }
  return new ImError(codeOf(status), details);
}

function codeOf(status: number): ImErrorCode {
  switch (status) {
    case 404:
    case 410:
      return "not found";
    case 405:
    case 415:
      return "not supported";
    case 408:
      return "timeout";
    case 409:
      return "conflict";
    case 412:
      return "changed meanwhile";
    case 413:
    case 507:
      return "too large";
    case 429:
    case 503:
      return "busy";
    default:
      return status >= 500 ? "server trouble" : "refused";
  }
}
