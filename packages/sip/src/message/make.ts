/** New requests, and responses to requests that came. RFC 3261 §8.1.1, §8.2.6 */
import { breaksLine, isToken } from "./characters.ts";
import { RequestEdit, ResponseEdit } from "./edit.ts";
import { firstLine, type HeaderLine, type MessageParts } from "./header-line.ts";
import { SipRequest, SipResponse } from "./message.ts";
import { reasonPhrase } from "./reason-phrases.ts";
import { formatUri, type Uri } from "./uri.ts";

const EMPTY: MessageParts = { lines: [], body: new Uint8Array(0), octets: false };

/** What every response takes over from its request: of Via every line, of the others the first. RFC 3261 §8.2.6.2 */
const COPIED = ["from", "to", "call-id", "cseq"];

export function makeRequest(
  method: string,
  uri: Uri,
  build: (edit: RequestEdit<SipRequest>) => void,
): SipRequest {
  if (!isToken(method)) throw new RangeError(`not a method: ${method}`);
  const start = { method, uriText: formatUri(uri), version: "SIP/2.0", uri };
  const edit = new RequestEdit(start, EMPTY, (made, parts) => new SipRequest(made, parts));
  build(edit);
  return edit.done();
}

/**
 * With the Via lines, From, To, Call-ID and CSeq of the request, as far as it has them: it may be
 * the very fault of the request that one is missing. The tag of To is for the caller to set.
 */
export function makeResponse(
  request: SipRequest,
  status: number,
  reason: string = reasonPhrase(status),
  build?: (edit: ResponseEdit<SipResponse>) => void,
): SipResponse {
  if (!Number.isInteger(status) || status < 100 || status > 699) {
    throw new RangeError(`not a status: ${status}`);
  }
  if (breaksLine(reason)) throw new RangeError("line break or NUL in the reason phrase");
  const { lines, octets } = request.parts;
  const edit = new ResponseEdit(
    { status, reason },
    { lines: copiedLines(lines), body: EMPTY.body, octets },
    (made, parts) => new SipResponse(made, parts),
  );
  build?.(edit);
  return edit.done();
}

function copiedLines(lines: readonly HeaderLine[]): readonly HeaderLine[] {
  const copied: HeaderLine[] = [];
  for (const line of lines) {
    const once = COPIED.includes(line.key);
    if (line.key === "via" || (once && firstLine(copied, line.key) === undefined))
      copied.push(line);
  }
  return copied;
}
