/** Header names: their spelling, their compact forms, and which may stand only once. RFC 3261 §7.3 */
import { asciiBytes } from "@parlance/wire";

const UPPER_A = 65;
const UPPER_Z = 90;

/** Headers that stand once at most; of these a second line makes the message malformed. */
const SINGLE = `Answer-Mode|Authentication-Info|Call-ID:i|Content-Disposition|Content-ID|Content-Length:l
Content-Type:c|CSeq|Date|Event:o|Expires|From:f|Max-Forwards|MIME-Version|Min-Expires
Min-SE|Organization|P-Served-User|Priority|Priv-Answer-Mode|Privacy|RAck|Refer-Sub|Refer-To:r|Referred-By:b|Replaces
Reply-To|Request-Disposition:d|Retry-After|RSeq|Server|Session-Expires:x|SIP-ETag|SIP-If-Match
Subject:s|Subscription-State|Target-Dialog|Timestamp|To:t|User-Agent`;

/** Headers that carry lists, on one line or on many. */
const LISTS = `Accept|Accept-Contact:a|Accept-Encoding|Accept-Language|Alert-Info|Allow
Allow-Events:u|Authorization|Call-Info|Contact:m|Content-Encoding:e|Content-Language|Error-Info
History-Info|Identity:y|In-Reply-To|P-Access-Network-Info|P-Asserted-Identity|P-Asserted-Service
P-Associated-URI|P-Charging-Function-Addresses|P-Charging-Vector|P-Preferred-Identity
P-Preferred-Service|Path|Proxy-Authenticate|Proxy-Authorization|Proxy-Require|Reason
Record-Route|Reject-Contact:j|Require|Route|Security-Client|Security-Server|Security-Verify
Service-Route|Supported:k|Unsupported|Via:v|Warning|WWW-Authenticate`;

interface KnownHeader {
  readonly name: string;
  readonly key: string;
  readonly single: boolean;
}

/** One spelling, lower case: the long form or the compact one. */
interface Spelling {
  readonly octets: Uint8Array;
  readonly key: string;
}

const BUCKETS = 256;
const known = new Map<string, KnownHeader>();
const compacts = new Map<string, string>();
/** Spellings by their hash, so that the name of a line is known without making a string of it. */
const buckets: Spelling[][] = Array.from({ length: BUCKETS }, () => []);

for (const [names, single] of [
  [SINGLE, true],
  [LISTS, false],
] as const) {
  for (const entry of names.split(/[|\n]/)) {
    const [name = "", compact] = entry.split(":");
    const key = name.toLowerCase();
    known.set(key, { name, key, single });
    addSpelling(key, key);
    if (compact === undefined) continue;
    compacts.set(compact, key);
    addSpelling(compact, key);
  }
}

function addSpelling(spelling: string, key: string): void {
  const octets = asciiBytes(spelling);
  let hash = 0;
  for (const octet of octets) hash = nameHash(hash, octet);
  buckets[hash % BUCKETS]?.push({ octets, key });
}

/** One octet more of a name; letters count the same in both cases. */
export function nameHash(hash: number, octet: number): number {
  return (hash * 31 + (octet | 0x20)) & 0xffff;
}

/** The key of the known header whose name stands in these octets; `undefined` for other names. */
export function knownKey(
  octets: Uint8Array,
  start: number,
  end: number,
  hash: number,
): string | undefined {
  for (const spelling of buckets[hash % BUCKETS] ?? []) {
    if (isSpelt(spelling.octets, octets, start, end)) return spelling.key;
  }
  return undefined;
}

/** Lower case and long form of any spelling. RFC 3261 §7.3.1, §7.3.3 */
export function headerKey(spelling: string): string {
  const lower = spelling.toLowerCase();
  return compacts.get(lower) ?? lower;
}

/** The name as the specifications spell it; unknown names stay as they are. */
export function canonicalName(spelling: string): string {
  return known.get(headerKey(spelling))?.name ?? spelling;
}

/** Whether a second line with this key makes the message malformed. */
export function standsOnce(key: string): boolean {
  return known.get(key)?.single ?? false;
}

/** The octets are known to be those of a token. */
function isSpelt(spelling: Uint8Array, octets: Uint8Array, start: number, end: number): boolean {
  if (spelling.length !== end - start) return false;
  for (let at = start; at < end; at += 1) {
    const octet = octets[at] ?? 0;
    const lower = octet >= UPPER_A && octet <= UPPER_Z ? octet | 0x20 : octet;
    if (lower !== spelling[at - start]) return false;
  }
  return true;
}
