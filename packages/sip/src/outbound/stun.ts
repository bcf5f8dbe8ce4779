/** The two STUN messages that keep a UDP flow alive. RFC 5626 §8, RFC 5389 */

import { concatBytes, ipOctets, ipText, octetBytes, octetText } from "@parlance/wire";
import type { FlowAddress } from "./flow-token.ts";

export type StunMessage =
  | {
      readonly kind: "request";
      readonly transaction: Uint8Array;
      /** Attributes that had to be understood and are not: answer with `unknown`. */
      readonly unknown: readonly number[];
    }
  | {
      readonly kind: "response";
      readonly transaction: Uint8Array;
      readonly mapped: FlowAddress | undefined;
    }
  | { readonly kind: "error"; readonly transaction: Uint8Array; readonly code: number };

const HEADER_OCTETS = 20;
const MAGIC_COOKIE = [0x21, 0x12, 0xa4, 0x42] as const; // RFC 5389 §6
const TRANSACTION_OCTETS = 12;
const BINDING_REQUEST = 0x0001;
const BINDING_RESPONSE = 0x0101;
const BINDING_ERROR = 0x0111;
const ERROR_CODE = 0x0009;
const UNKNOWN_ATTRIBUTES = 0x000a;
const XOR_MAPPED_ADDRESS = 0x0020;
const FINGERPRINT = 0x8028;
const FINGERPRINT_XOR = 0x5354554e; // RFC 5389 §15.5
const UNKNOWN_ATTRIBUTE = 420; // RFC 5389 §15.6
const MAX_ATTRIBUTES = 32;

/** First octet 0 or 1, and the cookie: no SIP message looks like that. RFC 5626 §8 */
export function isStun(datagram: Uint8Array): boolean {
  return (
    datagram.length >= HEADER_OCTETS &&
    (datagram[0] ?? 0xff) <= 1 &&
    MAGIC_COOKIE.every((octet, at) => datagram[4 + at] === octet)
  );
}

/** A Binding message, or undefined for anything else, which is dropped. RFC 5389 §7.3 */
export function parseStun(datagram: Uint8Array): StunMessage | undefined {
  if (!isStun(datagram) || uint16(datagram, 2) !== datagram.length - HEADER_OCTETS)
    return undefined;
  const attributes = readAttributes(datagram);
  if (attributes === undefined) return undefined;
  const transaction = datagram.slice(8, HEADER_OCTETS);
  switch (uint16(datagram, 0)) {
    case BINDING_REQUEST:
      return { kind: "request", transaction, unknown: notUnderstood(attributes) };
    case BINDING_RESPONSE:
      return { kind: "response", transaction, mapped: readMapped(attributes, transaction) };
    case BINDING_ERROR:
      return { kind: "error", transaction, code: readErrorCode(attributes) };
    default:
      return undefined;
  }
}

/** A request without attributes: none is needed here. RFC 5626 §8 */
export function formatStunRequest(transaction: Uint8Array): Uint8Array {
  return message(BINDING_REQUEST, transaction, []);
}

/** What a request is answered with: where it came from, or that it could not be understood. */
export function answerStun(
  request: Extract<StunMessage, { kind: "request" }>,
  source: FlowAddress,
): Uint8Array {
  const { transaction, unknown } = request;
  if (unknown.length === 0) {
    const mapped = xorAddress(source, transaction);
    return message(BINDING_RESPONSE, transaction, [attribute(XOR_MAPPED_ADDRESS, mapped)]);
  }
  const code = Uint8Array.of(0, 0, Math.floor(UNKNOWN_ATTRIBUTE / 100), UNKNOWN_ATTRIBUTE % 100);
  const reason = octetBytes("Unknown Attribute");
  return message(BINDING_ERROR, transaction, [
    attribute(ERROR_CODE, concatBytes(code, reason)),
    attribute(
      UNKNOWN_ATTRIBUTES,
      Uint8Array.from(unknown.flatMap((type) => [type >> 8, type & 255])),
    ),
  ]);
}

/** A key for a map of waiting requests. */
export function stunTransactionKey(transaction: Uint8Array): string {
  return octetText(transaction);
}

interface Attribute {
  readonly type: number;
  readonly value: Uint8Array;
}

/** All attributes, or undefined when one runs over the end or a FINGERPRINT does not fit. */
function readAttributes(datagram: Uint8Array): readonly Attribute[] | undefined {
  const attributes: Attribute[] = [];
  let at = HEADER_OCTETS;
  while (at < datagram.length) {
    if (at + 4 > datagram.length || attributes.length === MAX_ATTRIBUTES) return undefined;
    const type = uint16(datagram, at);
    const length = uint16(datagram, at + 2);
    const end = at + 4 + length;
    if (end > datagram.length) return undefined;
    const value = datagram.subarray(at + 4, end);
    if (type === FINGERPRINT && !fingerprintFits(datagram, at, value)) return undefined;
    attributes.push({ type, value });
    at = at + 4 + length + padding(length);
  }
  return at === datagram.length ? attributes : undefined;
}

/** RFC 5389 §15.5: last, and the CRC-32 of everything before it. */
function fingerprintFits(datagram: Uint8Array, at: number, value: Uint8Array): boolean {
  if (value.length !== 4 || at + 8 !== datagram.length) return false;
  const expected = (crc32(datagram.subarray(0, at)) ^ FINGERPRINT_XOR) >>> 0;
  return expected === ((uint16(value, 0) << 16) | uint16(value, 2)) >>> 0;
}

/** RFC 5389 §15: types below 0x8000 must be understood. A request needs none. */
function notUnderstood(attributes: readonly Attribute[]): readonly number[] {
  return attributes.map(({ type }) => type).filter((type) => type < 0x8000);
}

function readMapped(
  attributes: readonly Attribute[],
  transaction: Uint8Array,
): FlowAddress | undefined {
  const value = attributes.find(({ type }) => type === XOR_MAPPED_ADDRESS)?.value;
  if (value === undefined) return undefined;
  const family = value[1];
  if (!(family === 1 && value.length === 8) && !(family === 2 && value.length === 20)) {
    return undefined;
  }
  const pad = concatBytes(Uint8Array.from(MAGIC_COOKIE), transaction);
  const host = ipText(value.subarray(4).map((octet, at) => octet ^ (pad[at] ?? 0)));
  return { host, port: uint16(value, 2) ^ uint16(pad, 0) };
}

/** RFC 5389 §15.2 */
function xorAddress({ host, port }: FlowAddress, transaction: Uint8Array): Uint8Array {
  const address = ipOctets(host);
  if (address === undefined) throw new RangeError(`not an IP literal: ${host}`);
  const pad = concatBytes(Uint8Array.from(MAGIC_COOKIE), transaction);
  const xorPort = port ^ uint16(pad, 0);
  return concatBytes(
    Uint8Array.of(0, address.length === 4 ? 1 : 2, xorPort >> 8, xorPort & 255),
    address.map((octet, at) => octet ^ (pad[at] ?? 0)),
  );
}

/** RFC 5389 §15.6; 0 when the peer gave none. */
function readErrorCode(attributes: readonly Attribute[]): number {
  const value = attributes.find(({ type }) => type === ERROR_CODE)?.value;
  return ((value?.[2] ?? 0) & 7) * 100 + (value?.[3] ?? 0);
}

function message(
  type: number,
  transaction: Uint8Array,
  attributes: readonly Uint8Array[],
): Uint8Array {
  if (transaction.length !== TRANSACTION_OCTETS) throw new RangeError("STUN transaction id");
  const body = concatBytes(...attributes);
  return concatBytes(
    Uint8Array.of(type >> 8, type & 255, body.length >> 8, body.length & 255, ...MAGIC_COOKIE),
    transaction,
    body,
  );
}

function attribute(type: number, value: Uint8Array): Uint8Array {
  const head = Uint8Array.of(type >> 8, type & 255, value.length >> 8, value.length & 255);
  return concatBytes(head, value, new Uint8Array(padding(value.length)));
}

/** Attributes end on a boundary of four octets. RFC 5389 §15 */
function padding(length: number): number {
  return (4 - (length % 4)) % 4;
}

function uint16(octets: Uint8Array, at: number): number {
  return ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0);
}

/** ITU V.42; bit by bit, because only peers that add a FINGERPRINT cost it. */
function crc32(octets: Uint8Array): number {
  let crc = 0xffffffff;
  for (const octet of octets) {
    crc ^= octet;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
