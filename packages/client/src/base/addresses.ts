/** Addresses as applications and peers write them. RFC 3261 §19.1, RFC 3966 */
import { addressKey, parseUri, type SipUri } from "@parlance/sip";
import { parsed } from "@parlance/wire";

/** The address key of somebody to write to. Throws TypeError or FormatError for anything else. */
export function readRecipient(address: string): string {
  const uri = parseUri(address);
  if (uri.kind === "other") throw new TypeError(`expected a sip: or tel: address, not ${address}`);
  return addressKey(uri);
}

export function readSip(address: string): SipUri {
  const uri = parseUri(address);
  if (uri.kind !== "sip") throw new TypeError(`expected a sip: address, not ${address}`);
  return uri;
}

/** Its address key, or the text itself: some programs write addresses in receipts in their own way. */
export function keyOrText(uri: string): string {
  const key = parsed(() => addressKey(parseUri(uri)));
  return key.ok ? key.value : uri;
}
