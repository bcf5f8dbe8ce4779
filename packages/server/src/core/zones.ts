/** How far an IP address reaches. RFC 6890 */
export type Zone = "public" | "private" | "link-local" | "loopback" | "nowhere";

/** `address` is an IP literal without brackets. */
export function zoneOf(address: string): Zone {
  return address.includes(":") ? zoneOf6(address.toLowerCase()) : zoneOf4(address);
}

function zoneOf4(address: string): Zone {
  const [first = 0, second = 0] = address.split(".").map(Number);
  if (first === 127) return "loopback";
  if (first === 0 || first >= 224) return "nowhere"; // this network, multicast, reserved, broadcast
  if (first === 169 && second === 254) return "link-local";
  if (first === 10 || (first === 192 && second === 168)) return "private"; // RFC 1918
  if (first === 172 && second >= 16 && second <= 31) return "private"; // RFC 1918
  return first === 100 && second >= 64 && second <= 127 ? "private" : "public"; // RFC 6598
}

function zoneOf6(address: string): Zone {
  if (address === "::1") return "loopback";
  if (address === "::" || address.startsWith("ff")) return "nowhere";
  if (/^fe[89ab]/.test(address)) return "link-local";
  if (/^f[cd]/.test(address)) return "private"; // RFC 4193
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  return mapped === undefined ? "public" : zoneOf4(mapped);
}
