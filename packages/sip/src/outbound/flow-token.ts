/** A name for a flow that needs no table: everything about the flow, sealed. RFC 5626 §5.2 */

import type { Hashing } from "@parlance/wire";
import {
  base64url,
  concatBytes,
  equalBytes,
  ipOctets,
  ipText,
  octetBytes,
  octetText,
  parseBase64url,
  parsed,
} from "@parlance/wire";

/** What tells one flow from all others. Every `Flow` of the endpoint is one. */
export interface FlowIdentity {
  /** Unique in the process. */
  readonly id: string;
  readonly transport: FlowTransport;
  readonly local: FlowAddress;
  readonly remote: FlowAddress;
}

export type FlowTransport = "UDP" | "TCP" | "TLS" | "WS" | "WSS";

export interface FlowAddress {
  readonly host: string;
  readonly port: number;
}

const SEAL_OCTETS = 16;
const MAX_TOKEN = 256;
const MAX_ID = 64;
const TRANSPORTS: readonly FlowTransport[] = ["UDP", "TCP", "TLS", "WS", "WSS"];

/** `key` should be new at each start: no connection outlives the process. RFC 5626 §5.2 */
export function flowToken(flow: FlowIdentity, key: Uint8Array, hashing: Hashing): string {
  if (flow.id.length > MAX_ID) throw new RangeError("flow id is too long for a token");
  const content = concatBytes(
    Uint8Array.of(TRANSPORTS.indexOf(flow.transport)),
    addressOctets(flow.local),
    addressOctets(flow.remote),
    octetBytes(flow.id),
  );
  return base64url(concatBytes(sealOf(content, key, hashing), content));
}

/** The flow of a token, or undefined when it is not ours or was tampered with (403, §5.3.1). */
export function openFlowToken(
  token: string,
  key: Uint8Array,
  hashing: Hashing,
): FlowIdentity | undefined {
  if (token.length > MAX_TOKEN) return undefined;
  const octets = parsed(() => parseBase64url(token));
  if (!octets.ok || octets.value.length < SEAL_OCTETS) return undefined;
  const content = octets.value.subarray(SEAL_OCTETS);
  const seal = octets.value.subarray(0, SEAL_OCTETS);
  return equalBytes(seal, sealOf(content, key, hashing)) ? readContent(content) : undefined;
}

/**
 * Whether a request that shows a token comes from the very flow it names ("outgoing") or is to be
 * sent there ("incoming"). RFC 5626 §5.3
 */
export function isOutgoing(token: FlowIdentity, source: FlowIdentity): boolean {
  return (
    token.id === source.id &&
    token.transport === source.transport &&
    token.remote.host === source.remote.host &&
    token.remote.port === source.remote.port
  );
}

function sealOf(content: Uint8Array, key: Uint8Array, hashing: Hashing): Uint8Array {
  return hashing.hmacSha256(key, content).subarray(0, SEAL_OCTETS);
}

/** Family (4 or 6), the address, the port. */
function addressOctets({ host, port }: FlowAddress): Uint8Array {
  const address = ipOctets(host);
  if (address === undefined) throw new RangeError(`not an IP literal: ${host}`);
  const family = address.length === 4 ? 4 : 6;
  return concatBytes(Uint8Array.of(family), address, Uint8Array.of(port >> 8, port & 255));
}

/** Only sealed content comes here, so it has the form that `flowToken` gave it. */
function readContent(content: Uint8Array): FlowIdentity | undefined {
  const transport = TRANSPORTS[content[0] ?? TRANSPORTS.length];
  if (transport === undefined) return undefined;
  const local = readAddress(content, 1);
  const remote = readAddress(content, local.end);
  return {
    id: octetText(content.subarray(remote.end)),
    transport,
    local: local.address,
    remote: remote.address,
  };
}

function readAddress(content: Uint8Array, at: number): { address: FlowAddress; end: number } {
  const end = at + 1 + (content[at] === 4 ? 4 : 16);
  const port = ((content[end] ?? 0) << 8) | (content[end + 1] ?? 0);
  return { address: { host: ipText(content.subarray(at + 1, end)), port }, end: end + 2 };
}
