import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Flow, TransportName } from "@parlance/sip";
import { concatBytes, utf8Bytes } from "@parlance/wire";
import { formatPcap, TraceRing } from "./index.ts";

const NOON = Date.parse("2030-05-04T12:00:00Z");

const flow = (transport: TransportName, local: string, remote: string): Flow => ({
  id: `${transport} ${local} ${remote}`,
  transport,
  local: { host: local, port: 5060 },
  remote: { host: remote, port: 40_000 },
});

const options = utf8Bytes(
  [
    "OPTIONS sip:example.com SIP/2.0",
    "Via: SIP/2.0/TCP 192.0.2.7:40000;branch=z9hG4bK1",
    "From: <sip:alice@example.com>;tag=1",
    "To: <sip:example.com>",
    "Call-ID: c1",
    "CSeq: 1 OPTIONS",
    "Max-Forwards: 70",
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n"),
);

interface Packet {
  readonly seconds: number;
  readonly microseconds: number;
  readonly bytes: Uint8Array;
}

function packetsOf(pcap: Uint8Array): Packet[] {
  const view = new DataView(pcap.buffer, pcap.byteOffset, pcap.byteLength);
  assert.equal(view.getUint32(0), 0xa1b2c3d4);
  assert.equal(view.getUint32(20), 101);
  const packets: Packet[] = [];
  for (let at = 24; at < pcap.length; ) {
    const length = view.getUint32(at + 8);
    assert.equal(view.getUint32(at + 12), length);
    packets.push({
      seconds: view.getUint32(at),
      microseconds: view.getUint32(at + 4),
      bytes: pcap.subarray(at + 16, at + 16 + length),
    });
    at += 16 + length;
  }
  return packets;
}

/** RFC 1071: over data with its checksum the sum is all ones. */
function sumOf(...parts: readonly Uint8Array[]): number {
  const bytes = concatBytes(...parts);
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    sum = (sum & 0xffff) + (sum >>> 16);
  }
  return sum;
}

function pseudoHeader(ip: Uint8Array, protocol: number, length: number): Uint8Array {
  const addresses = (ip[0] ?? 0) >> 4 === 4 ? ip.subarray(12, 20) : ip.subarray(8, 40);
  return concatBytes(addresses, Uint8Array.of(0, protocol, length >> 8, length & 255));
}

function capture(...records: readonly (readonly ["in" | "out", Flow, Uint8Array])[]): Uint8Array {
  const ring = new TraceRing({ bytes: 1_048_576, records: 100 });
  for (const [at, [direction, where, bytes]] of records.entries()) {
    ring.record({ protocol: "sip", direction, flow: where, at: NOON + at * 1.5 }, bytes);
  }
  return formatPcap(ring.records(), { text: true });
}

test("RFC 791, RFC 768: a datagram gets IPv4 and UDP headers with true sums and lengths", () => {
  const udp = flow("UDP", "192.0.2.1", "192.0.2.7");
  const [packet] = packetsOf(capture(["in", udp, options]));
  const bytes = packet?.bytes ?? new Uint8Array();
  assert.equal(bytes.length, 28 + options.length);
  assert.deepEqual([...bytes.subarray(12, 20)], [192, 0, 2, 7, 192, 0, 2, 1]);
  assert.equal(sumOf(bytes.subarray(0, 20)), 0xffff);
  const transport = bytes.subarray(20);
  assert.equal(sumOf(pseudoHeader(bytes, 17, transport.length), transport), 0xffff);
  assert.deepEqual(bytes.subarray(28), options);
});

test("RFC 8200: IPv6 likewise, and an IPv4 peer of an IPv6 socket is mapped", () => {
  for (const remote of ["2001:db8::7", "192.0.2.7"]) {
    const [packet] = packetsOf(capture(["out", flow("TCP", "2001:db8::1", remote), options]));
    const bytes = packet?.bytes ?? new Uint8Array();
    assert.equal(bytes.length, 60 + options.length);
    const transport = bytes.subarray(40);
    assert.equal(sumOf(pseudoHeader(bytes, 6, transport.length), transport), 0xffff);
  }
});

test("RFC 9293 §3.4: both directions of a stream go on without a gap, in packets of fit length", () => {
  const tcp = flow("TCP", "192.0.2.1", "192.0.2.7");
  const long = new Uint8Array(150_001).fill(65);
  const packets = packetsOf(
    capture(["in", tcp, options], ["out", tcp, long], ["in", tcp, options]),
  );
  const fields = packets.map(({ bytes }) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    return [view.getUint32(24), view.getUint32(28), bytes.length - 40];
  });
  const length = options.length;
  assert.deepEqual(fields, [
    [1, 1, length],
    [1, 1 + length, 65_000],
    [65_001, 1 + length, 65_000],
    [130_001, 1 + length, 20_001],
    [1 + length, 150_002, length],
  ]);
  assert.deepEqual(packets.at(-1) && [packets.at(-1)?.seconds, packets.at(-1)?.microseconds], [
    NOON / 1000,
    3_000,
  ]);
});

test("tshark, where there is one, reads the capture as SIP and finds nothing malformed", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "trace-"));
  try {
    const file = join(folder, "trace.pcap");
    const udp = flow("UDP", "192.0.2.1", "192.0.2.7");
    const tcp = flow("TCP", "2001:db8::1", "2001:db8::7");
    writeFileSync(file, capture(["in", udp, options], ["in", tcp, options], ["in", tcp, options]));
    const checks = ["-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"];
    const fields = ["-T", "fields", "-e", "sip.Method", "-e", "_ws.malformed", "-e", "_ws.expert"];
    const read = (() => {
      try {
        return execFileSync("tshark", ["-r", file, ...checks, ...fields], { encoding: "utf8" });
      } catch {
        return undefined;
      }
    })();
    if (read === undefined) {
      t.diagnostic("tshark is not installed");
      return;
    }
    assert.deepEqual(
      read
        .trim()
        .split("\n")
        .map((line) => line.trim()),
      ["OPTIONS", "OPTIONS", "OPTIONS"],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
