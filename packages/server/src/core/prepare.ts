/** The request as it leaves us: without what was meant for us alone, and ready for the next hop. RFC 3261 §16.6, §22.3 */
import {
  Authorization,
  type Forwarding,
  forwardRequest,
  type NameAddr,
  PAssertedIdentity,
  PPreferredIdentity,
  ProxyAuthorization,
  type SipRequest,
} from "@parlance/sip";

export interface Onward extends Forwarding {
  /** Asserted to the next hop; undefined for hops that we do not trust. RFC 3325 §5 */
  readonly asserted: NameAddr | undefined;
  /** Whose credentials have done their work here. RFC 3261 §22.3 */
  readonly realm: string;
}

export function prepare(request: SipRequest, onward: Onward): SipRequest {
  return forwardRequest(tidied(request, onward), onward).request;
}

/** Headers that end or change at the border of trust, by the key of their line. */
const BORDER: ReadonlySet<string> = new Set([
  PPreferredIdentity.key,
  PAssertedIdentity.key,
  ProxyAuthorization.key,
  Authorization.key,
]);

function tidied(request: SipRequest, { asserted, realm }: Onward): SipRequest {
  if (asserted === undefined && !request.parts.lines.some(({ key }) => BORDER.has(key))) {
    return request;
  }
  const edit = request.edit().remove(PPreferredIdentity).remove(PAssertedIdentity);
  if (asserted !== undefined) edit.set(PAssertedIdentity, [asserted]);
  for (const type of [ProxyAuthorization, Authorization]) {
    const given = request.get(type);
    if (given === undefined) continue;
    const others = given.filter(({ params }) => params.get("realm") !== realm);
    if (others.length === 0) edit.remove(type);
    else if (others.length < given.length) edit.set(type, others);
  }
  return edit.done();
}
