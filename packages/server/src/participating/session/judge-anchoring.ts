/** Whether two sides may reach one another without us, by what the caller says of himself. IM-7.2.3-04, RFC 6714 §4.4 */
import { type MessageMedia, nextHop } from "@parlance/formats";
import { hostKey } from "@parlance/msrp";
import { ipOctets, ipText } from "@parlance/wire";

export interface AnchoringFacts {
  /** What the caller offers. */
  readonly media: MessageMedia;
  /** Where his INVITE came from, as an IP address. */
  readonly source: string;
  /** One of both sides is a browser, to which nobody connects. */
  readonly web: boolean;
  /** The other side may turn out to hold no sessions, and is to get messages instead. */
  readonly plain: boolean;
}

/** Does the server have to go between them? */
export function judgeAnchoring({ media, source, web, plain }: AnchoringFacts): boolean {
  if (web || plain) return true;
  // A relay can be reached, or it were none. RFC 4976 §3
  if (media.path.length > 1) return false;
  // Then the other side has to be reached, and of that nothing is known yet.
  if (media.setup === "active") return true;
  // Behind address translation he is somewhere else than he thinks.
  return addressKeyOf(describedHost(media)) !== addressKeyOf(source);
}

/** Where he says he can be connected to. RFC 6714 §4.2 */
function describedHost({ cema, address, path }: MessageMedia): string {
  return cema && address !== undefined ? address.host : nextHop(path).host;
}

/** However it is written; an IPv4 address in an IPv6 one is itself. RFC 4291 §2.5.5.2 */
function addressKeyOf(host: string): string {
  const octets = ipOctets(host);
  if (octets?.length !== 16) return hostKey(host);
  const mapped = octets.subarray(0, 10).every((octet) => octet === 0);
  return mapped && octets[10] === 255 && octets[11] === 255
    ? ipText(octets.subarray(12))
    : ipText(octets);
}
