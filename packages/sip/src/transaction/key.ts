/** What makes two messages part of one transaction. RFC 3261 §17.1.3, §17.2.3 */
import type { SipRequest, SipResponse } from "../message/index.ts";

/** What every branch since RFC 3261 starts with. RFC 3261 §8.1.1.7 */
export const MAGIC_COOKIE = "z9hG4bK";

/**
 * Branch, sent-by with its port, and method. Clients that were started in the same second do send equal branches, so
 * the sent-by counts. ACK and CANCEL find the INVITE's key by passing its method.
 */
export function serverKey(request: SipRequest, method: string = request.method): string {
  const { via } = request;
  const branch = via.params.get("branch") ?? "";
  const name = method === "ACK" ? "INVITE" : method;
  const sentBy = `${via.host.toLowerCase()}:${via.port ?? ""}`;
  if (branch.startsWith(MAGIC_COOKIE)) return key(name, branch, sentBy); // RFC 3261 §17.2.3
  return key(name, branch, sentBy, elderIdentity(request));
}

/** Branches of ours are unique, so one and the method of CSeq are enough. RFC 3261 §17.1.3 */
export function clientKey(branch: string, method: string): string {
  return key(method, branch);
}

export function responseKey(response: SipResponse): string {
  return clientKey(response.via.params.get("branch") ?? "", response.cseq.method);
}

/** Joined, the parts become one text at once: a table compares it faster, and it does not keep the message alive. */
function key(...parts: readonly string[]): string {
  return parts.join(" ");
}

/**
 * Without the cookie the branch may be missing or repeat, and the fields of RFC 2543 decide. The To tag stays out: an
 * ACK carries one where its INVITE did not. RFC 3261 §17.2.3
 */
function elderIdentity(request: SipRequest): string {
  const tag = request.from.params.get("tag") ?? "";
  return `${request.uriText} ${tag} ${request.callId} ${request.cseq.number}`;
}
