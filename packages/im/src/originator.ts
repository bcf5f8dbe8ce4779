/** The Authenticated Originator's IM Address. Clause 5.1, RFC 3325. */
import type { NameAddr, Uri } from "@parlance/sip";
import { addressKey, formatUri, Params } from "@parlance/sip";

/** The originator among the asserted identities: the first SIP URI, else the first tel URI. */
export function originatorAmong(asserted: readonly NameAddr[]): NameAddr | undefined {
  return (
    asserted.find(({ uri }) => uri.kind === "sip") ?? asserted.find(({ uri }) => uri.kind === "tel")
  );
}

/** Do two addresses name the same user? GRUU and transport parameters, and ports, do not count. */
export function sameAddress(a: Uri, b: Uri): boolean {
  return addressKey(a) === addressKey(b);
}

/** The address alone, as a message/cpim shows it: no parameters, no headers, no password. */
export function bareAddress(uri: Uri): string {
  if (uri.kind === "other") return formatUri(uri);
  if (uri.kind === "tel") return formatUri({ ...uri, params: Params.none });
  return formatUri({ ...uri, password: undefined, params: Params.none, headers: [] });
}
