/** Addresses as applications and peers write them. RFC 3261 §19.1, RFC 3966 */
import { addressKey, formatUri, parseUri, type SipUri } from "@parlance/sip";
import { parsed } from "@parlance/wire";

/** Somebody to write to. */
export interface Target {
  /** Address key. */
  readonly address: string;
  /** The whole URI, where its parameters name one session or device among others at the address. */
  readonly uri: string | undefined;
}

/** How to get there, and what to do: not for whoever sends a message to say. */
const NOT_OF_THE_TARGET = ["transport", "method", "maddr", "ttl", "lr"];

/** Throws TypeError or FormatError for anything that is no target. */
export function readTarget(text: string): Target {
  const uri = parseUri(text);
  if (uri.kind === "other") throw new TypeError(`expected a sip: or tel: address, not ${text}`);
  const address = addressKey(uri);
  if (uri.kind === "tel") return { address, uri: undefined };
  let { params } = uri;
  for (const name of NOT_OF_THE_TARGET) params = params.without(name);
  if (params.size === 0) return { address, uri: undefined };
  return { address, uri: formatUri({ ...uri, params, headers: [] }) };
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
