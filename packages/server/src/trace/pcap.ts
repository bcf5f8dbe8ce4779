/**
 * Recorded messages as a capture file of raw IP packets, with the headers that the network would
 * have put around them. LINKTYPE_RAW, draft-ietf-opsawg-pcap
 */
import { concatBytes } from "@parlance/wire";
import { formatPacket, type Segment } from "./packet.ts";
import { redact } from "./redact.ts";
import type { TraceRecord } from "./ring.ts";

const LINKTYPE_RAW = 101;
const SNAP_BYTES = 262_144; // what tools take as "whole packets"
/** A packet's total length is 16 bits; this leaves room for IPv6 and TCP headers. */
const MAX_PAYLOAD_BYTES = 65_000;

/** Of SIP and MSRP: the rest was on no wire, or not as it is kept. `text`: with what people wrote. */
export function formatPcap(records: Iterable<TraceRecord>, showing = { text: false }): Uint8Array {
  const streams = new Streams();
  const parts: Uint8Array[] = [fileHeader()];
  for (const record of records) {
    if (record.protocol !== "sip" && record.protocol !== "msrp") continue;
    const payload = redact(record.bytes, showing);
    for (let at = 0; at < payload.length; at += MAX_PAYLOAD_BYTES) {
      const piece = payload.subarray(at, at + MAX_PAYLOAD_BYTES);
      const packet = formatPacket(streams.segment(record, piece.length), piece);
      parts.push(packetHeader(record.at, packet.length), packet);
    }
  }
  return concatBytes(...parts);
}

/** Where each TCP stream is, so that its packets follow one another without a gap. RFC 9293 §3.4 */
class Streams {
  readonly #sent = new Map<string, number>();

  segment({ flow, direction }: TraceRecord, length: number): Segment {
    const [from, to] = direction === "in" ? [flow.remote, flow.local] : [flow.local, flow.remote];
    if (flow.transport === "UDP") return { protocol: "udp", from, to };
    const other = direction === "in" ? "out" : "in";
    const sequence = this.#sent.get(`${flow.id} ${direction}`) ?? 1;
    this.#sent.set(`${flow.id} ${direction}`, (sequence + length) >>> 0);
    const acknowledges = this.#sent.get(`${flow.id} ${other}`) ?? 1;
    return { protocol: "tcp", from, to, sequence, acknowledges };
  }
}

function fileHeader(): Uint8Array {
  const header = new DataView(new ArrayBuffer(24));
  header.setUint32(0, 0xa1b2c3d4); // times in microseconds, big end first
  header.setUint16(4, 2);
  header.setUint16(6, 4);
  header.setUint32(16, SNAP_BYTES);
  header.setUint32(20, LINKTYPE_RAW);
  return new Uint8Array(header.buffer);
}

function packetHeader(at: number, length: number): Uint8Array {
  const header = new DataView(new ArrayBuffer(16));
  const seconds = Math.floor(at / 1000);
  header.setUint32(0, seconds >>> 0);
  header.setUint32(4, Math.min(999_999, Math.round((at - seconds * 1000) * 1000)));
  header.setUint32(8, length);
  header.setUint32(12, length);
  return new Uint8Array(header.buffer);
}
