/**
 * Where connections of ours may go. A contact or a DNS answer must not lead us to services that
 * trust this machine or its neighbours.
 */
import { BlockList, isIP } from "node:net";
import { networkInterfaces } from "node:os";
import type { Address } from "@parlance/sip";

/** True when we may send there. */
export type DestinationPolicy = (address: Address) => boolean;

/** Ranges that a stranger's address never leads into: this machine, this link, nobody, everybody. */
const INNER: readonly string[] = [
  "0.0.0.0/8",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "224.0.0.0/4",
  "240.0.0.0/4",
  "::/128",
  "::1/128",
  "fe80::/10",
  "ff00::/8",
];

/** `allowed` ranges (such as 127.0.0.0/8) are the operator's exceptions, but for our own ports. */
export function destinationPolicy(allowed: readonly string[] = []): DestinationPolicy {
  const inner = blockList(INNER);
  const exceptions = blockList(allowed);
  return ({ host, port }) => {
    const family = familyOf(host);
    if (family === undefined || port < 1 || port > 65_535) return false;
    if (exceptions.check(host, family)) return true;
    return !inner.check(host, family);
  };
}

/** An address of this machine at a port of ours: a request would come back to us. */
export function isOwnListener(address: Address, listeners: readonly Address[]): boolean {
  return listeners.some(({ host, port }) => {
    if (port !== address.port) return false;
    if (host === address.host) return true;
    return (host === "0.0.0.0" || host === "::") && isOwnAddress(address.host);
  });
}

function isOwnAddress(host: string): boolean {
  if (host === "::1" || host.startsWith("127.")) return true;
  return Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ address }) => address === host),
  );
}

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [net = "", bits] = range.split("/");
    const family = familyOf(net);
    if (family === undefined) throw new RangeError(`${JSON.stringify(range)} is no address range`);
    list.addSubnet(net, Number(bits ?? (family === "ipv4" ? 32 : 128)), family);
  }
  return list;
}

/** IPv4 in IPv6 clothes counts as neither: nothing of ours writes it, and it would slip past ranges. */
function familyOf(host: string): "ipv4" | "ipv6" | undefined {
  if (isIP(host) === 4) return "ipv4";
  return isIP(host) === 6 && !/^::ffff:/i.test(host) ? "ipv6" : undefined;
}
