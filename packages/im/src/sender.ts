/** Whom a message/cpim names as its sender, held against who really sent it. RFC 3862 §4.1 */
import { addressKey, imAddress, parseUri } from "@parlance/sip";
import { parsed } from "@parlance/wire";
import { isAnonymousUri } from "./anonymity.ts";

export type SenderClaim = "missing" | "named" | "anonymous" | "other";

/** `identities` are the address keys that the sender may use. */
export function claimedSender(
  from: { readonly uri: string } | undefined,
  identities: readonly string[],
): SenderClaim {
  if (from === undefined) return "missing";
  if (identities.includes(from.uri)) return "named"; // as most write it: the key itself
  const read = parsed(() => parseUri(from.uri));
  if (!read.ok) return "other";
  if (isAnonymousUri(read.value)) return "anonymous";
  const im = imAddress(read.value); // RFC 3860: another scheme for the same mailbox
  const key = im === undefined ? addressKey(read.value) : `sip:${im.user}@${im.host.toLowerCase()}`;
  return identities.includes(key) ? "named" : "other";
}
