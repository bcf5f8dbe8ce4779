/** Header names: their spelling, their compact forms, and which may stand only once. RFC 3261 §7.3 */

/** Headers that stand once at most; of these a second line makes the message malformed. */
const SINGLE = `Answer-Mode|Authentication-Info|Call-ID:i|Content-Disposition|Content-ID|Content-Length:l
Content-Type:c|CSeq|Date|Event:o|Expires|From:f|Max-Forwards|MIME-Version|Min-Expires
Min-SE|Organization|Priority|Priv-Answer-Mode|Privacy|RAck|Refer-Sub|Refer-To:r|Referred-By:b|Replaces
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

const known = new Map<string, KnownHeader>();
/** Every usual spelling, so that a header line costs one look-up. */
const keys = new Map<string, string>();

for (const [names, single] of [
  [SINGLE, true],
  [LISTS, false],
] as const) {
  for (const entry of names.split(/[|\n]/)) {
    const [name = "", compact] = entry.split(":");
    const key = name.toLowerCase();
    known.set(key, { name, key, single });
    for (const spelling of [name, key, name.toUpperCase()]) keys.set(spelling, key);
    if (compact === undefined) continue;
    keys.set(compact, key);
    keys.set(compact.toUpperCase(), key);
  }
}

/** Lower case and long form of any spelling. RFC 3261 §7.3.1, §7.3.3 */
export function headerKey(spelling: string): string {
  const key = keys.get(spelling);
  if (key !== undefined) return key;
  const lower = spelling.toLowerCase();
  return keys.get(lower) ?? lower;
}

/** The name as the specifications spell it; unknown names stay as they are. */
export function canonicalName(spelling: string): string {
  return known.get(headerKey(spelling))?.name ?? spelling;
}

/** Whether a second line with this key makes the message malformed. */
export function standsOnce(key: string): boolean {
  return known.get(key)?.single ?? false;
}
