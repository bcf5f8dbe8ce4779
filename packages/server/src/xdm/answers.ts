/** Answers of an XCAP server. RFC 4825 §7, §8, §11 */
import { formatXcapError, XCAP_ERROR_TYPE, type XcapError } from "@parlance/formats";
import { emptyAnswer, refusal, type WebAnswer, type WebHeader } from "../web/index.ts";

export function tagged(etag: string): WebHeader {
  return ["etag", `"${etag}"`];
}

/** A document or a part of one. It may be kept by its reader, who asks each time whether it is still so. */
export function content(type: string, bytes: Uint8Array, etag: string): WebAnswer {
  return {
    status: 200,
    headers: [
      ["cache-control", "private, no-cache"],
      ["content-type", type],
      ["content-length", String(bytes.length)],
      tagged(etag),
    ],
    body: bytes,
  };
}

export function done(status: 200 | 201, etag: string | undefined): WebAnswer {
  return emptyAnswer(status, etag === undefined ? [] : [tagged(etag)]);
}

export function unmet(status: 304 | 412, etag: string | undefined): WebAnswer {
  return emptyAnswer(status, etag === undefined ? [] : [tagged(etag)]);
}

export function conflict(error: XcapError): WebAnswer {
  return {
    status: 409,
    headers: [
      ["cache-control", "no-store"],
      ["content-type", XCAP_ERROR_TYPE],
    ],
    body: formatXcapError(error),
  };
}

/** The same whether there is such a document or not. */
export function forbidden(): WebAnswer {
  return refusal(403, "forbidden");
}

export function badType(expected: string): WebAnswer {
  return refusal(415, "unsupported media type", [["accept", expected]]);
}
