/** Identities in rules and lists, written in one way so that they can be compared. RFC 4745 §7.2 */
import { addressKey, parseUri } from "@parlance/sip";
import { parsed } from "@parlance/wire";

/** Of what is no URI that we know, the text itself: it matches only what is written the same. */
export function identityKey(uri: string): string {
  const read = parsed(() => parseUri(uri));
  return read.ok ? addressKey(read.value) : uri;
}

/** The domain of an identity; a telephone number has none. */
export function domainOf(key: string): string | undefined {
  const match = /^sip:(?:[^@]*@)?(\[[^\]]*\]|[^:]*)(?::\d+)?$/.exec(key);
  return match?.[1];
}

/**
 * The domain of a rule as `domainOf` gives it. One that is not ASCII stays as it is and matches
 * nothing: domains are written here as they are registered. RFC 4745 §7.1.3
 */
export function domainKey(domain: string): string {
  const plain = domain.replace(/%([2-7][0-9a-f])/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  return plain.toLowerCase().replace(/\.$/, "");
}
