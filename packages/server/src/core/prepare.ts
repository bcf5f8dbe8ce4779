/** The request as it leaves us: without what was meant for us alone, and ready for the next hop. RFC 3261 §16.6, §22.3 */
import {
  Authorization,
  type Forwarding,
  forwardRequest,
  type NameAddr,
  PAssertedIdentity,
  PPreferredIdentity,
  ProxyAuthorization,
  type RequestEdit,
  type SipRequest,
} from "@parlance/sip";

export interface Onward extends Forwarding {
  /** Asserted to the next hop; undefined for hops that we do not trust. RFC 3325 §5 */
  readonly asserted: NameAddr | undefined;
  /** Whose credentials have done their work here. RFC 3261 §22.3 */
  readonly realm: string;
}

export function prepare(request: SipRequest, onward: Onward): SipRequest {
  const edit = (changed: RequestEdit<SipRequest>) => tidy(changed, request, onward);
  return forwardRequest(request, { ...onward, edit }).request;
}

/** What ends or changes at the border of trust. */
function tidy(edit: RequestEdit<SipRequest>, request: SipRequest, onward: Onward): void {
  const { asserted, realm } = onward;
  edit.remove(PPreferredIdentity).remove(PAssertedIdentity);
  if (asserted !== undefined) edit.set(PAssertedIdentity, [asserted]);
  for (const type of CREDENTIALS) {
    const given = request.get(type);
    if (given === undefined) continue;
    const others = given.filter(({ params }) => params.get("realm") !== realm);
    if (others.length === 0) edit.remove(type);
    else if (others.length < given.length) edit.set(type, others);
  }
}

const CREDENTIALS = [ProxyAuthorization, Authorization];
