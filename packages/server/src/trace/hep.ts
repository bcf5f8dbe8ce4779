/**
 * Records in the encapsulation that HOMER and other collectors take: one packet each, HEP version 3. In a file they stand
 * one after the other. HEP3 specification §3, §4
 */
import { type Address, ipOctets } from "@parlance/sip";
import { concatBytes, utf8Bytes } from "@parlance/wire";
import type { Outline } from "./outline.ts";
import { redact } from "./redact.ts";
import type { TraceProtocol } from "./ring.ts";

export interface HepShowing {
  /** With what people wrote. */
  readonly text: boolean;
  /** Which node this is, for the collector. */
  readonly agent: number;
}

const AF_INET = 2;
const AF_INET6 = 10;
const UDP = 17;
const TCP = 6;
const SIP = 1;
const LOG = 100; // there is no number for MSRP; what is neither is a log line to a collector
const TYPES: { readonly [protocol in TraceProtocol]: number } = {
  sip: SIP,
  msrp: LOG,
  http: LOG,
  timer: LOG,
  decision: LOG,
};
/** The length of a packet is 16 bits, and so is that of each chunk. */
const MOST_PAYLOAD = 65_000;
const NOWHERE = new Uint8Array(4);

const usual: HepShowing = { text: false, agent: 1 };

export function formatHep(outlines: Iterable<Outline>, showing: HepShowing = usual): Uint8Array {
  return concatBytes(...Array.from(outlines, (outline) => hepPacket(outline, showing)));
}

export function hepPacket(
  { record, callId, messageIds, sessions }: Outline,
  { text, agent }: HepShowing = usual,
): Uint8Array {
  const { protocol, direction, flow, at, bytes } = record;
  const [from, to] = direction === "in" ? [flow.remote, flow.local] : [flow.local, flow.remote];
  const seconds = Math.floor(at / 1_000);
  const micros = Math.min(999_999, Math.round((at - seconds * 1_000) * 1_000));
  const correlation = callId ?? messageIds[0] ?? sessions[0];
  const payload = redact(bytes, { text }).subarray(0, MOST_PAYLOAD);
  const chunks = [
    ...addressChunks(from, to),
    chunk(0x0002, Uint8Array.of(flow.transport === "UDP" ? UDP : TCP)),
    chunk(0x0007, uint16(from.port)),
    chunk(0x0008, uint16(to.port)),
    chunk(0x0009, uint32(seconds)),
    chunk(0x000a, uint32(micros)),
    chunk(0x000b, Uint8Array.of(TYPES[protocol])),
    chunk(0x000c, uint32(agent)),
    chunk(0x000f, payload),
    ...(correlation === undefined ? [] : [chunk(0x0011, utf8Bytes(correlation.slice(0, 256)))]),
  ];
  const length = chunks.reduce((sum, each) => sum + each.length, 6);
  return concatBytes(utf8Bytes("HEP3"), uint16(length), ...chunks);
}

function addressChunks(from: Address, to: Address): readonly Uint8Array[] {
  const source = ipOctets(from.host) ?? NOWHERE;
  const target = ipOctets(to.host) ?? NOWHERE;
  if (source.length === 4 && target.length === 4) {
    const family = chunk(0x0001, Uint8Array.of(AF_INET));
    return [family, chunk(0x0003, source), chunk(0x0004, target)];
  }
  const family = chunk(0x0001, Uint8Array.of(AF_INET6));
  return [family, chunk(0x0005, asIpv6(source)), chunk(0x0006, asIpv6(target))];
}

/** RFC 4291 §2.5.5.2 */
function asIpv6(octets: Uint8Array): Uint8Array {
  if (octets.length === 16) return octets;
  return concatBytes(new Uint8Array(10), Uint8Array.of(0xff, 0xff), octets);
}

/** Vendor 0, type, length of all of it, value. */
function chunk(type: number, value: Uint8Array): Uint8Array {
  return concatBytes(uint16(0), uint16(type), uint16(value.length + 6), value);
}

function uint16(value: number): Uint8Array {
  return Uint8Array.of((value >>> 8) & 0xff, value & 0xff);
}

function uint32(value: number): Uint8Array {
  return concatBytes(uint16(value >>> 16), uint16(value & 0xffff));
}
