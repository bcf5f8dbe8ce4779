/**
 * What is kept of an INVITE once it was answered with 2xx, for as long as others may answer it as well: what their dialogs
 * and ACKs are made of. RFC 3261 §12.1.2, §13.2.2.4, RFC 6026 §7.2
 */
import {
  Authorization,
  CallId,
  CSeq,
  From,
  KeptRequest,
  ProxyAuthorization,
  SipRequest,
} from "../message/index.ts";

const NEEDED: ReadonlySet<string> = new Set(
  [From, CallId, CSeq, Authorization, ProxyAuthorization].map(({ key }) => key),
);
const NO_BODY = new Uint8Array(0);

export function keepInvite(invite: SipRequest): KeptRequest {
  const { method, uriText, version, parts } = invite;
  const lines = parts.lines.filter(({ key }) => NEEDED.has(key));
  const start = { method, uriText, version, uri: undefined };
  return new KeptRequest(new SipRequest(start, { ...parts, lines, body: NO_BODY }));
}
