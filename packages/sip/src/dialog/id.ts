/** What tells one dialog from another. RFC 3261 §12 */
import type { NameAddr, SipRequest, SipResponse } from "../message/index.ts";

export interface DialogId {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
}

/** Empty for peers that send none. RFC 3261 §12.1.1 */
export function tagOf({ params }: NameAddr): string {
  return params.get("tag") ?? "";
}

/** Of a request that came to us. RFC 3261 §12.2.2 */
export function idOfRequest(request: SipRequest): DialogId {
  return {
    callId: request.callId,
    localTag: tagOf(request.to),
    remoteTag: tagOf(request.from),
  };
}

/** Of an answer to a request of ours. */
export function idOfResponse(response: SipResponse): DialogId {
  return {
    callId: response.callId,
    localTag: tagOf(response.from),
    remoteTag: tagOf(response.to),
  };
}

/** For maps: no Call-ID and no tag holds a blank. */
export function dialogKey({ callId, localTag, remoteTag }: DialogId): string {
  return `${callId} ${localTag} ${remoteTag}`;
}
