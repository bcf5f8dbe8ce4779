/** Addresses that lead to one device of a user for as long as the user exists. RFC 5627 §5.4, A.1 */

import type { SipUri } from "../message/index.ts";

/** The address of record with the instance in `gr`. Nothing has to be remembered for it. */
export function publicGruu(addressOfRecord: SipUri, instance: string): SipUri {
  return {
    ...addressOfRecord,
    params: addressOfRecord.params.with("gr", instance),
    headers: [],
  };
}

/** Whether a URI is a GRUU of whatever kind. RFC 5627 §3.1 */
export function isGruu(uri: SipUri): boolean {
  return uri.params.has("gr");
}
