/** Whether two MSRP URIs name the same session or host. RFC 4975 §6.1, RFC 6714 §5 */
import { ipOctets, ipText } from "@parlance/wire";
import { HOST_NAME, isIn } from "./characters.ts";
import { type MsrpUri, parseMsrpUri, sessionIdOf } from "./uri.ts";

/**
 * What has to be equal. Peers whose address is rewritten on the way, and several whose own URI does not match
 * what they announced, are told by their session id alone, which nobody can guess. RFC 6714 §5
 */
export type UriComparison = "whole" | "session id";

export function equalMsrpUris(one: MsrpUri, other: MsrpUri): boolean {
  return (
    one.scheme === other.scheme &&
    one.port === other.port && // explicit and absent are never equal, rule 3
    one.transport === other.transport && // rule 5
    one.sessionId === other.sessionId && // rule 4
    hostKey(one.host) === hostKey(other.host)
  );
}

/** Of URIs as they came; those that cannot be read are equal to none but the very same text. */
export function matchesUri(one: string, other: string, by: UriComparison): boolean {
  if (one === other) return true;
  if (by === "session id") {
    const id = sessionIdOf(one);
    return id !== undefined && id === sessionIdOf(other);
  }
  const [first, second] = [parseMsrpUri(one), parseMsrpUri(other)];
  return first.ok && second.ok && equalMsrpUris(first.value, second.value);
}

/** One spelling for all of a host: rule 2. User parts and further parameters do not count. */
export function hostKey(host: string): string {
  const bare = host.startsWith("[") ? host.slice(1, -1) : host;
  const octets = ipOctets(bare);
  if (octets !== undefined) return ipText(octets);
  const plain = bare.replaceAll(/%[0-9A-Fa-f]{2}/g, (escape) => {
    const code = Number.parseInt(escape.slice(1), 16); // two hexadecimal digits
    return isIn(HOST_NAME, code) ? String.fromCharCode(code) : escape;
  });
  return plain.toLowerCase();
}
