/** IP packets around a payload: IPv4 (RFC 791) or IPv6 (RFC 8200), with UDP (RFC 768) or TCP (RFC 9293). */
import { type Address, ipOctets } from "@parlance/sip";
import { concatBytes } from "@parlance/wire";

export type Segment =
  | { readonly protocol: "udp"; readonly from: Address; readonly to: Address }
  | {
      readonly protocol: "tcp";
      readonly from: Address;
      readonly to: Address;
      readonly sequence: number;
      readonly acknowledges: number;
    };

const UDP = 17;
const TCP = 6;
const HOPS = 64;
const PUSH_AND_ACK = 0x18;
/** For a host that is no IP literal, as simulated links have. */
const NOWHERE = new Uint8Array(4);

export function formatPacket(segment: Segment, payload: Uint8Array): Uint8Array {
  let from: Uint8Array = ipOctets(segment.from.host) ?? NOWHERE;
  let to: Uint8Array = ipOctets(segment.to.host) ?? NOWHERE;
  if (from.length !== to.length) {
    // A socket that listens on both families gives one side as IPv4, the other as IPv6.
    from = asIpv6(from);
    to = asIpv6(to);
  }
  const protocol = segment.protocol === "udp" ? UDP : TCP;
  const transport =
    segment.protocol === "udp" ? udpHeader(segment, payload.length) : tcpHeader(segment);
  const length = transport.length + payload.length;
  const sum = checksum(pseudoHeader(from, to, protocol, length), transport, payload);
  const checksumAt = segment.protocol === "udp" ? 6 : 16;
  // RFC 768: zero would mean "none", so its other form is sent.
  writeUint16(transport, checksumAt, sum === 0 && protocol === UDP ? 0xffff : sum);
  const ip =
    from.length === 4
      ? ipv4Header(from, to, protocol, length)
      : ipv6Header(from, to, protocol, length);
  return concatBytes(ip, transport, payload);
}

function ipv4Header(
  from: Uint8Array,
  to: Uint8Array,
  protocol: number,
  length: number,
): Uint8Array {
  const header = new Uint8Array(20);
  header[0] = 0x45;
  writeUint16(header, 2, 20 + length);
  header[8] = HOPS;
  header[9] = protocol;
  header.set(from, 12);
  header.set(to, 16);
  writeUint16(header, 10, checksum(header));
  return header;
}

function ipv6Header(
  from: Uint8Array,
  to: Uint8Array,
  protocol: number,
  length: number,
): Uint8Array {
  const header = new Uint8Array(40);
  header[0] = 0x60;
  writeUint16(header, 4, length);
  header[6] = protocol;
  header[7] = HOPS;
  header.set(from, 8);
  header.set(to, 24);
  return header;
}

function udpHeader({ from, to }: Segment, payloadBytes: number): Uint8Array {
  const header = new Uint8Array(8);
  writeUint16(header, 0, from.port);
  writeUint16(header, 2, to.port);
  writeUint16(header, 4, 8 + payloadBytes);
  return header;
}

function tcpHeader(segment: Extract<Segment, { protocol: "tcp" }>): Uint8Array {
  const header = new Uint8Array(20);
  writeUint16(header, 0, segment.from.port);
  writeUint16(header, 2, segment.to.port);
  writeUint16(header, 4, segment.sequence >>> 16);
  writeUint16(header, 6, segment.sequence & 0xffff);
  writeUint16(header, 8, segment.acknowledges >>> 16);
  writeUint16(header, 10, segment.acknowledges & 0xffff);
  header[12] = 0x50;
  header[13] = PUSH_AND_ACK;
  writeUint16(header, 14, 0xffff);
  return header;
}

/** What the checksum covers beside the packet itself. RFC 768, RFC 9293 §3.1, RFC 8200 §8.1 */
function pseudoHeader(
  from: Uint8Array,
  to: Uint8Array,
  protocol: number,
  length: number,
): Uint8Array {
  const tail = new Uint8Array(from.length === 4 ? 4 : 8);
  writeUint16(tail, 2, length);
  tail[from.length === 4 ? 1 : 7] = protocol;
  return concatBytes(from, to, tail);
}

/** The internet checksum over parts, of which only the last may have an odd length. RFC 1071 */
function checksum(...parts: readonly Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; at += 2) {
      sum += ((part[at] ?? 0) << 8) | (part[at + 1] ?? 0);
    }
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

function writeUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = (value >>> 8) & 0xff;
  bytes[at + 1] = value & 0xff;
}

function asIpv6(octets: Uint8Array): Uint8Array {
  if (octets.length === 16) return octets;
  return concatBytes(new Uint8Array(10), new Uint8Array([0xff, 0xff]), octets); // RFC 4291 §2.5.5.2
}
