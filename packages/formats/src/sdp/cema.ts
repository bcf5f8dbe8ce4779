/** Who needs the procedures of RFC 4975 after all, because the other side knows nothing of CEMA. RFC 6714 §4.2 */
import type { AgreedMedia } from "./agreement.ts";
import type { MessageMedia } from "./message-media.ts";
import { nextHop } from "./path.ts";

/**
 * After an answer without `msrp-cema` to an offer that had it: somebody in between has put his own
 * address into c= and m=, and only a new offer without the attribute makes him take part. Names are
 * not looked up: where one stands there is no telling, and the answer is no.
 */
export function needsOfferWithoutCema({ local, remote, role }: AgreedMedia): boolean {
  if (!local.cema || remote.cema || !hasForeignAddress(remote)) return false;
  return role === "passive" || local.path.length > 1 || remote.path.length > 1;
}

/** Whether c= and m= lead elsewhere than the path, as far as addresses show it. RFC 6714 §4.4 */
export function hasForeignAddress({ address, port, path }: MessageMedia): boolean {
  const hops = path.map((hop) => nextHop([hop]));
  const host = numeric(address?.host);
  if (host === undefined || !hops.every((hop) => numeric(hop.host) !== undefined)) return false;
  return hops.every((hop) => numeric(hop.host) !== host || hop.port !== port);
}

/** One spelling for each address; undefined for a name. */
function numeric(host: string | undefined): string | undefined {
  if (host === undefined) return undefined;
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(host)) return host.split(".").map(Number).join(".");
  return host.includes(":") ? ipv6(host) : undefined;
}

/** RFC 4291 §2.2; an IPv4 address at its end stays as it is written. */
function ipv6(host: string): string {
  const [head = "", tail] = host.toLowerCase().split("::");
  if (tail === undefined) return groups(head).join(":");
  const [before, after] = [groups(head), groups(tail)];
  const left = 8 - before.length - after.length;
  const zeros = Array.from({ length: Math.max(left, 0) }, () => "0");
  return [...before, ...zeros, ...after].join(":");
}

function groups(part: string): string[] {
  return part === "" ? [] : part.split(":").map((group) => group.replace(/^0+(?=.)/, ""));
}
