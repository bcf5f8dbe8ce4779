/** What makes a message unfit before anybody asks where it goes. RFC 3261 §8.2, §16.3, §18.1.2 */
import { FormatError } from "@parlance/wire";
import { bad, beyond, type MessageFault } from "./head.ts";
import type { HeaderLine } from "./header-line.ts";
import { standsOnce } from "./header-names.ts";
import {
  CallId,
  Contact,
  ContentLength,
  ContentType,
  CSeq,
  Expires,
  From,
  MaxForwards,
  Path,
  ProxyRequire,
  RecordRoute,
  Require,
  Route,
  To,
  Via,
} from "./headers.ts";
import { type MessageLimits, messageLimits, URI_CHARACTERS } from "./limits.ts";
import type { SipRequest, SipResponse } from "./message.ts";

/**
 * Headers that decide where a request goes and what becomes of it: one that cannot be read is a
 * refusal. Others that are malformed concern only who reads them, and are passed on.
 */
const needed = new Map<string, { readonly read: (text: string) => unknown }>(
  [
    Via,
    From,
    To,
    CallId,
    CSeq,
    MaxForwards,
    ContentLength,
    ContentType,
    Contact,
    Route,
    RecordRoute,
    Path,
    Require,
    ProxyRequire,
    Expires,
  ].map((type) => [type.key, type]),
);

/** Schemes of a Request-URI that somebody here may know what to do with. RFC 3261 §8.2.2.1 */
const schemes = new Set(["im", "pres"]);

/** The refusal of a request that nobody should see; `undefined` when it may go on. */
export function checkRequest(
  request: SipRequest,
  limits: MessageLimits = messageLimits,
): MessageFault | undefined {
  if (request.version !== "SIP/2.0") return { status: 505, reason: "Version Not Supported" };
  return (
    checkUri(request) ??
    readable(() => checkHeaders(request, limits)) ??
    readable(() => checkStart(request))
  );
}

/** Why a response is to be dropped; `undefined` when it may go on. RFC 3261 §18.1.2 */
export function checkResponse(response: SipResponse): string | undefined {
  const fault = readable(() => {
    const { via, from, to, callId, cseq } = response;
    return via && from && to && callId && cseq ? undefined : bad("a header is missing");
  });
  return fault?.reason;
}

function checkUri(request: SipRequest): MessageFault | undefined {
  if (request.uriText.length > URI_CHARACTERS) {
    return { status: 414, reason: "Request-URI Too Long" };
  }
  return readable(() => {
    const { uri } = request;
    if (uri.kind === "other" && !schemes.has(uri.scheme)) {
      return { status: 416, reason: "Unsupported URI Scheme" };
    }
    // RFC 3261 §19.1.1: headers are for URIs that a request is still to be made from.
    if (uri.kind === "sip" && uri.headers.length > 0) return bad("headers in the Request-URI");
    return undefined;
  });
}

function checkHeaders(request: SipRequest, limits: MessageLimits): MessageFault | undefined {
  const { lines } = request.parts;
  const repeated = findRepeated(lines);
  if (repeated !== undefined) return bad(`${repeated.name} stands more than once`);
  for (const line of lines) {
    const type = needed.get(line.key);
    if (type !== undefined) line.value(type);
  }
  const vias = request.get(Via)?.length ?? 0;
  const routes = request.get(Route)?.length ?? 0;
  const contact = request.get(Contact);
  if (vias > limits.viaValues) return beyond("viaValues", "too many Via values");
  if (routes > limits.routeValues) return beyond("routeValues", "too many Route values");
  if (contact !== undefined && !("star" in contact) && contact.length > limits.contactValues) {
    return beyond("contactValues", "too many Contact values");
  }
  return undefined;
}

function checkStart(request: SipRequest): MessageFault | undefined {
  const { via, from, to, callId, cseq } = request;
  if (via.protocol !== "SIP/2.0") return bad("Via of another protocol");
  if (cseq.method !== request.method) return bad("method of CSeq is not that of the request line");
  return from && to && callId ? undefined : bad("a header is missing");
}

/** The pairs are few, and almost never alike: cheaper than a set for every message. */
function findRepeated(lines: readonly HeaderLine[]): HeaderLine | undefined {
  for (let one = 1; one < lines.length; one += 1) {
    const key = lines[one]?.key ?? "";
    for (let other = 0; other < one; other += 1) {
      if (lines[other]?.key === key && standsOnce(key)) return lines[one];
    }
  }
  return undefined;
}

function readable(check: () => MessageFault | undefined): MessageFault | undefined {
  try {
    return check();
  } catch (error) {
    if (error instanceof FormatError) {
      const { format, reason } = error;
      return { ...bad(`${format}: ${reason}`), format };
    }
    throw error;
  }
}
