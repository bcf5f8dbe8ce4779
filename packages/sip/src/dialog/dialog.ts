/** A dialog as a value: made by a request and an answer, changed by those that follow. RFC 3261 §12 */
import {
  Contact,
  type NameAddr,
  RecordRoute,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  type Uri,
} from "../message/index.ts";
import { type DialogId, idOfRequest, tagOf } from "./id.ts";

export interface Dialog {
  readonly id: DialogId;
  readonly state: "early" | "confirmed";
  /** Whether our side sent the request that made it. */
  readonly caller: boolean;
  /** The method that made it, and with it its first usage. RFC 5057 */
  readonly method: string;
  /** As they stand in From and To of our requests, tags and all. */
  readonly local: NameAddr;
  readonly remote: NameAddr;
  readonly localSequence: number | undefined;
  readonly remoteSequence: number | undefined;
  readonly remoteTarget: Uri;
  /** In the order of our requests. */
  readonly routes: readonly NameAddr[];
  /** Only sips may be spoken in it. RFC 3261 §12.1.1 */
  readonly secure: boolean;
}

/** Requests that carry a new remote target. RFC 3261 §12.2, RFC 3311 §5.1, RFC 6665 §4.4.1, RFC 3515 §2.4.7 */
const REFRESHING = new Set(["INVITE", "UPDATE", "SUBSCRIBE", "NOTIFY", "REFER"]);

/** What a request of ours and its answer make; `undefined` when the answer makes none. RFC 3261 §12.1.2 */
export function dialogOfCaller(request: SipRequest, response: SipResponse): Dialog | undefined {
  const { status } = response;
  const target = contactOf(response);
  if (status <= 100 || status >= 300 || target === undefined) return undefined;
  if (status < 200 && tagOf(response.to) === "") return undefined; // RFC 3261 §12.1
  return {
    id: {
      callId: request.callId,
      localTag: tagOf(request.from),
      remoteTag: tagOf(response.to),
    },
    state: status < 200 ? "early" : "confirmed",
    caller: true,
    method: request.method,
    local: request.from,
    remote: response.to,
    localSequence: request.cseq.number,
    remoteSequence: undefined,
    remoteTarget: target,
    routes: (response.get(RecordRoute) ?? []).toReversed(), // RFC 3261 §12.1.2, IM-9.2.3-X1
    secure: isSecure(request.uri),
  };
}

/** What a request to us and our answer make; `undefined` without a Contact. RFC 3261 §12.1.1 */
export function dialogOfCallee(
  request: SipRequest,
  response: Pick<SipResponse, "status" | "to">,
): Dialog | undefined {
  const target = contactOf(request);
  const { status } = response;
  if (status <= 100 || status >= 300 || target === undefined) return undefined;
  return {
    id: {
      callId: request.callId,
      localTag: tagOf(response.to),
      remoteTag: tagOf(request.from),
    },
    state: status < 200 ? "early" : "confirmed",
    caller: false,
    method: request.method,
    local: response.to,
    remote: request.from,
    localSequence: undefined,
    remoteSequence: request.cseq.number,
    remoteTarget: target,
    routes: request.get(RecordRoute) ?? [], // IM-7.1.2.2-X1, IM-7.1.2.3-X1, IM-7.1.2.5-X1
    secure: isSecure(request.uri),
  };
}

/**
 * What a SUBSCRIBE of ours and a NOTIFY make: it may outrun the 2xx, and each branch of a fork sends its own. The NOTIFY is
 * a request to us, so the way is read from it as a callee does. RFC 6665 §4.4.1
 */
export function dialogOfSubscriber(subscribe: SipRequest, notify: SipRequest): Dialog | undefined {
  const target = contactOf(notify);
  if (target === undefined) return undefined;
  return {
    id: idOfRequest(notify),
    state: "confirmed",
    caller: true,
    method: subscribe.method,
    local: subscribe.from,
    remote: notify.from,
    localSequence: subscribe.cseq.number,
    remoteSequence: notify.cseq.number,
    remoteTarget: target,
    routes: notify.get(RecordRoute) ?? [],
    secure: isSecure(subscribe.uri),
  };
}

/** A 2xx settles an early dialog, and with it the way: the route set is read again. RFC 3261 §13.2.2.4 */
export function confirmed(dialog: Dialog, response: SipResponse): Dialog {
  if (dialog.state === "confirmed") return dialog;
  const settled: Dialog = { ...dialog, state: "confirmed" };
  if (!dialog.caller) return settled;
  return {
    ...settled,
    remoteTarget: contactOf(response) ?? dialog.remoteTarget,
    routes: (response.get(RecordRoute) ?? []).toReversed(),
  };
}

/** After a request of the peer; "out of order" is answered with 500. RFC 3261 §12.2.2 */
export function afterRequest(dialog: Dialog, request: SipRequest): Dialog | "out of order" {
  const { number } = request.cseq;
  if (request.method === "ACK") return dialog;
  const { remoteSequence } = dialog;
  if (remoteSequence !== undefined && number <= remoteSequence) return "out of order";
  return { ...dialog, remoteSequence: number, remoteTarget: refreshed(dialog, request, request) };
}

/** After a 2xx to a request of ours. RFC 3261 §12.2.1.2 */
export function afterResponse(dialog: Dialog, request: SipRequest, response: SipResponse): Dialog {
  if (response.status < 200 || response.status >= 300) return dialog;
  return { ...dialog, remoteTarget: refreshed(dialog, request, response) };
}

function refreshed(dialog: Dialog, { method }: SipRequest, carrier: SipMessage): Uri {
  return (REFRESHING.has(method) ? contactOf(carrier) : undefined) ?? dialog.remoteTarget;
}

/** The one contact that a dialog needs; more than one is none. RFC 3261 §8.1.1.8 */
function contactOf(message: SipMessage): Uri | undefined {
  const contact = message.get(Contact);
  if (contact === undefined || "star" in contact || contact.length !== 1) return undefined;
  return contact[0]?.uri;
}

function isSecure(uri: Uri): boolean {
  return uri.kind === "sip" && uri.secure;
}
