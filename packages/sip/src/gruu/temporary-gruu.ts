/**
 * Addresses that lead to one device and tell nobody whose it is. RFC 5627 §3.1.2, §5.4, A.2
 *
 * Stateless: `tgruu.` and, in base64url, `random (12) || sealed content || HMAC (16)`. The content
 * (issue time, instance, address of record) is hidden under a key stream of HMAC-SHA-256 in counter
 * mode over the random octets, so two GRUUs of one device have nothing in common to a stranger.
 */

import {
  asciiBytes,
  base64url,
  concatBytes,
  equalBytes,
  type Hashing,
  hex,
  parseBase64url,
  parsed,
  parseHex,
  type Random,
  utf8Bytes,
  utf8Text,
} from "@parlance/wire";
import type { SipUri } from "../message/index.ts";
import { Params } from "../message/index.ts";

export interface TemporaryGruu {
  /** Address key of the user. */
  readonly address: string;
  readonly instance: string;
  /** Older than the present Call-ID of the device's registration: no longer valid. RFC 5627 §5.1 */
  readonly issuedAt: number;
}

export interface GruuTools {
  /** A secret of at least 256 bits that is used for nothing else. */
  readonly key: Uint8Array;
  readonly hashing: Hashing;
}

const PREFIX = "tgruu.";
const RANDOM_OCTETS = 12;
const SEAL_OCTETS = 16;
const TIME_OCTETS = 6;
const HIDE = asciiBytes("hide");
const SEAL = asciiBytes("seal");
const MAX_USER = 512;
const UUID_URN = /^urn:uuid:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** A new temporary GRUU in the domain of the user. */
export function temporaryGruu(
  of: TemporaryGruu,
  domain: Pick<SipUri, "secure" | "host" | "port">,
  tools: GruuTools & { readonly random: Random },
): SipUri {
  const random = tools.random.bytes(RANDOM_OCTETS);
  const hidden = maskedBy(tools, random, writeContent(of));
  const content = concatBytes(random, hidden);
  const user = PREFIX + base64url(concatBytes(content, sealOf(tools, content)));
  return {
    kind: "sip",
    secure: domain.secure,
    user,
    password: undefined,
    host: domain.host,
    port: domain.port,
    params: Params.of(["gr"]),
    headers: [],
  };
}

/** Whose device the URI means, or undefined when it is no temporary GRUU of ours. */
export function openTemporaryGruu(uri: SipUri, tools: GruuTools): TemporaryGruu | undefined {
  const { user } = uri;
  if (user === undefined || user.length > MAX_USER || !user.startsWith(PREFIX)) return undefined;
  const octets = parsed(() => parseBase64url(user.slice(PREFIX.length)));
  if (!octets.ok || octets.value.length < RANDOM_OCTETS + SEAL_OCTETS) return undefined;
  const content = octets.value.subarray(0, -SEAL_OCTETS);
  if (!equalBytes(octets.value.subarray(-SEAL_OCTETS), sealOf(tools, content))) return undefined;
  const random = content.subarray(0, RANDOM_OCTETS);
  return readContent(maskedBy(tools, random, content.subarray(RANDOM_OCTETS)));
}

/** `time (6) || length of instance (1; 0 for a UUID in 16 octets) || instance || address` */
function writeContent({ issuedAt, instance, address }: TemporaryGruu): Uint8Array {
  const time = new Uint8Array(TIME_OCTETS);
  for (let at = TIME_OCTETS - 1, rest = issuedAt; at >= 0; at -= 1) {
    time[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  const packed = UUID_URN.test(instance)
    ? concatBytes(Uint8Array.of(0), parseHex(instance.slice(9).replaceAll("-", "")))
    : withLength(utf8Bytes(instance));
  return concatBytes(time, packed, utf8Bytes(address));
}

function withLength(instance: Uint8Array): Uint8Array {
  if (instance.length === 0 || instance.length > 255) throw new RangeError("instance id length");
  return concatBytes(Uint8Array.of(instance.length), instance);
}

/** Only sealed content comes here, so it has the form that `writeContent` gave it. */
function readContent(content: Uint8Array): TemporaryGruu {
  const issuedAt = content.subarray(0, TIME_OCTETS).reduce((time, octet) => time * 256 + octet, 0);
  const length = content[TIME_OCTETS] ?? 0;
  const start = TIME_OCTETS + 1;
  const end = start + (length === 0 ? 16 : length);
  const packed = content.subarray(start, end);
  const instance = length === 0 ? uuidUrn(hex(packed)) : utf8Text(packed);
  return { address: utf8Text(content.subarray(end)), instance, issuedAt };
}

function uuidUrn(digits: string): string {
  const cuts = [0, 8, 12, 16, 20, 32];
  const groups = cuts.slice(1).map((end, at) => digits.slice(cuts[at], end));
  return `urn:uuid:${groups.join("-")}`;
}

/** The two uses of the one key are kept apart by the word that each input begins with. */
function maskedBy(
  { key, hashing }: GruuTools,
  random: Uint8Array,
  content: Uint8Array,
): Uint8Array {
  const masked = content.slice();
  for (let start = 0, block = 0; start < masked.length; start += 32, block += 1) {
    const stream = hashing.hmacSha256(key, concatBytes(HIDE, Uint8Array.of(block), random));
    const end = Math.min(masked.length, start + 32);
    for (let at = start; at < end; at += 1) {
      masked[at] = (masked[at] ?? 0) ^ (stream[at - start] ?? 0);
    }
  }
  return masked;
}

function sealOf({ key, hashing }: GruuTools, content: Uint8Array): Uint8Array {
  return hashing.hmacSha256(key, concatBytes(SEAL, content)).subarray(0, SEAL_OCTETS);
}
