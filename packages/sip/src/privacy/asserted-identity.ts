/** Which identity a request is given by the server that has authenticated its user. RFC 3325 §5, §6 */

import { addressKey, type NameAddr, Params } from "../message/index.ts";

/**
 * The preferred identity where the user owns it, else his own first one: a preference that is not
 * his is passed over, not refused. `owned` are address keys. RFC 3325 §5
 */
export function assertIdentity(
  preferred: readonly NameAddr[],
  owned: readonly string[],
  usual: NameAddr,
): NameAddr {
  const chosen = preferred.find(({ uri }) => owned.includes(addressKey(uri))) ?? usual;
  return { name: chosen.name, uri: chosen.uri, params: Params.none };
}

/** Asserted: one URI, or one SIP and one tel URI. RFC 3325 §9.1 */
export function isAssertion(identities: readonly NameAddr[]): boolean {
  const kinds = identities.map(({ uri }) => uri.kind);
  if (kinds.length === 1) return kinds[0] !== "other";
  return kinds.length === 2 && kinds.includes("sip") && kinds.includes("tel");
}

/** The From of somebody who hides, with the tag that the dialog needs. RFC 3323 §4.1.1.3 */
export function anonymousFrom(tag: string | undefined, shownAs = "Anonymous"): NameAddr {
  return {
    name: shownAs,
    uri: {
      kind: "sip",
      secure: false,
      user: "anonymous",
      password: undefined,
      host: "anonymous.invalid",
      port: undefined,
      params: Params.none,
      headers: [],
    },
    params: tag === undefined ? Params.none : Params.none.with("tag", tag),
  };
}
