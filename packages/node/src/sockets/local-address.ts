/** Which of our addresses a peer knows us by, where a socket is bound to all of them. RFC 3261 §18.1.1 */
import { BlockList, isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";

/** The address in the network of the peer, else the first that leads outside, else none. */
export function localAddressFor(remote: string): string | undefined {
  const family = isIPv6(remote) ? "IPv6" : "IPv4";
  const ours = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((each) => each.family === family && !each.address.startsWith("fe80:"));
  const near = ours.find(({ cidr }) => cidr !== null && isWithin(remote, cidr));
  return (near ?? ours.find(({ internal }) => !internal))?.address;
}

function isWithin(address: string, cidr: string): boolean {
  const family = isIPv6(address) ? "ipv6" : "ipv4";
  const [net = "", bits = ""] = cidr.split("/");
  const network = new BlockList();
  network.addSubnet(net, Number(bits), family);
  return network.check(address, family);
}
