/** Hosts as URIs and Via write them: names, IPv4 addresses, IPv6 references. RFC 3261 §25.1 */
import { FormatError } from "@parlance/wire";
import { HOST_NAME, isAll } from "./characters.ts";

const MAX_NAME = 253; // RFC 1035 §2.3.4
const IPV4 = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/;
const GROUP = /^[0-9A-Fa-f]{1,4}$/;

/** The host as written, IPv6 in its brackets; throws `FormatError`. */
export function checkHost(format: string, host: string, offset: number): string {
  const good = host.startsWith("[")
    ? host.endsWith("]") && isIpv6(host.slice(1, -1))
    : isAll(HOST_NAME, host) && host.length <= MAX_NAME && hasLabels(host);
  if (!good) throw new FormatError(format, offset, "not a host");
  return host;
}

export function isIpv4(text: string): boolean {
  return IPV4.test(text) && text.split(".").every((part) => Number(part) <= 255);
}

/** Without brackets and without a zone. RFC 4291 §2.2 */
export function isIpv6(text: string): boolean {
  const halves = text.split("::");
  if (halves.length > 2 || text.length > 45) return false;
  let groups = 0;
  for (const [index, half] of halves.entries()) {
    const count = countGroups(half, index === halves.length - 1);
    if (count === undefined) return false;
    groups += count;
  }
  return halves.length === 2 ? groups < 8 : groups === 8;
}

/** The address in `host`, without brackets; `undefined` when it is a name. */
export function hostAddress(host: string): string | undefined {
  if (host.startsWith("[")) return host.slice(1, -1);
  return isIpv4(host) || isIpv6(host) ? host : undefined;
}

/** An address or name as a URI or a Via writes it: IPv6 in brackets. */
export function hostText(address: string): string {
  return address.includes(":") && !address.startsWith("[") ? `[${address}]` : address;
}

/** Groups of 16 bits; a dotted IPv4 address may stand for the last two. */
function countGroups(half: string, last: boolean): number | undefined {
  if (half === "") return 0;
  const groups = half.split(":");
  const tail = groups.at(-1) ?? "";
  const dotted = last && tail.includes(".");
  if (dotted && !isIpv4(tail)) return undefined;
  const plain = dotted ? groups.slice(0, -1) : groups;
  if (!plain.every((group) => GROUP.test(group))) return undefined;
  return plain.length + (dotted ? 2 : 0);
}

/** No label is empty; the dot of the root may end the name. */
function hasLabels(host: string): boolean {
  return !host.startsWith(".") && !host.startsWith("-") && !host.includes("..");
}
