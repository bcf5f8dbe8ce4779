/**
 * Mutates bodies and feeds them to every reader of a body: each must read or refuse, never throw
 * anything else, never take long, and what it read must be written so that it reads the same.
 *
 *   node --conditions=parlance-source fuzz/formats-mutations.ts [--seed N] [--runs N]
 */
import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import {
  editCpim,
  findImdns,
  formatCpim,
  formatExternalBody,
  formatImdn,
  formatIsComposing,
  formatMediaType,
  formatRecipientList,
  formatReginfo,
  isImdn,
  makeImdn,
  parseCpim,
  parseExternalBody,
  parseImdn,
  parseImdnHeaders,
  parseIsComposing,
  parseLeaves,
  parseMediaType,
  parseRecipientList,
  parseReginfo,
} from "@parlance/formats";
import { concatBytes, formatXml, octetText, parsed, parseXml, utf8Bytes } from "@parlance/wire";
import { checkDocument, DOCUMENT_SEEDS } from "./document-checks.ts";
import { readsAgain } from "./reads-again.ts";
import { checkSdp, SDP_SEEDS } from "./sdp-checks.ts";

/** Far above what any of these takes, far below what would hurt a server. */
const LONGEST_MS = 250;

const BODIES: readonly Uint8Array[] = [
  'From: "A \\"x\\" é" <sip:a@b>\r\nTo: <sip:c@d>\r\nTo: B <im:e@f>\r\ncc: <sip:g@h>\r\nDateTime: 2024-05-05T10:00:00Z\r\nSubject:;lang=fr \\u00e9t\\n\r\nNS: imdn <urn:ietf:params:imdn>\r\nNS: x <urn:x>\r\nRequire: imdn.Message-ID,x.Y\r\nimdn.Message-ID: 1\r\nimdn.Disposition-Notification: positive-delivery, display\r\nimdn.IMDN-Record-Route: <sip:r@s>\r\nx.Y:;a="b c" z\r\n\r\nContent-Type: text/plain;charset=utf-8\r\nContent-ID: <1@2>\r\n\r\nHello',
  'From: <sip:a@b>\r\nTo: <sip:c@d>\r\nContent-Type: multipart/mixed;\r\n boundary="b"\nMIME-Version: 1.0\n\n--b\r\nContent-Type: message/imdn+xml\r\n\r\n<imdn xmlns="urn:ietf:params:xml:ns:imdn"><message-id>1</message-id><datetime>2</datetime><delivery-notification><status><delivered/></status></delivery-notification></imdn>\r\n--b\r\n\r\nx\r\n--b--',
  'From: <sip:a@b>\r\n\r\nContent-Type: message/external-body;access-type=URL;URL="http://x/y";expiration="Mon, 24 Jun 2002 09:00:00 GMT";size=3\r\n\r\nContent-Type: a/b\r\n\r\n',
  '<?xml version="1.0" encoding="UTF-8"?><isComposing xmlns="urn:ietf:params:xml:ns:im-iscomposing"><state>active</state><contenttype>text/plain</contenttype><refresh>90</refresh></isComposing>',
  '<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists" xmlns:cp="urn:ietf:params:xml:ns:copycontrol"><list><entry uri="sip:a@b" cp:copyControl="to" cp:anonymize="true"><display-name>é&amp;</display-name></entry><list><entry uri="sip:c@d"/></list></list></resource-lists>',
  '<reginfo xmlns="urn:ietf:params:xml:ns:reginfo" xmlns:gr="urn:ietf:params:xml:ns:gruuinfo" version="0" state="full"><registration aor="sip:a@b" id="1" state="active"><contact id="2" state="active" event="created" expires="60"><uri>sip:a@1.2.3.4</uri><unknown-param name="+g.oma.sip-im"/><gr:pub-gruu uri="sip:a@b;gr=x"/></contact></registration></reginfo>',
  '<!-- c --><a xmlns:p="urn:p" p:b="&#65;"><![CDATA[x]]><p:c/>𝄞<?pi x?></a>',
  "--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--b\r\nContent-Type: multipart/related;boundary=c\r\n\r\n--c\r\nContent-ID: <i>\r\n\r\nx\r\n--c--\r\n--b--",
].map((text) => utf8Bytes(text));

const SEEDS: readonly Uint8Array[] = [...BODIES, ...DOCUMENT_SEEDS, ...SDP_SEEDS];

const PIECES: readonly Uint8Array[] = (
  '\r\n|\n|\r|\r\n\r\n|:|;|<|>|"|\\|\\u|\0| |--b|--b--|' +
  "NS: imdn <urn:y>\r\n|NS: <urn:d>\r\n|From: <sip:z@z>\r\n|Content-Type: |boundary=|message/cpim|" +
  "a=path:|m=message 1 TCP/MSRP *\r\n|a=file-selector:|c=IN IP4 h\r\n|a=sendonly\n|a=setup:passive\r\n|%00|:sha-1:|" +
  "<!DOCTYPE a>|&x;|&#0;|]]>|xmlns=|</a>|<![CDATA[|é|\uFEFF|𝄞"
)
  .split("|")
  .map((text) => utf8Bytes(text));

/** Runs `runs` mutations that `seed` determines; throws with the culprit on the first fault. */
export function fuzzFormats(seed: number, runs: number): void {
  const next = numbers(seed);
  for (let run = 0; run < runs; run += 1) {
    const bytes = mutate(pick(SEEDS, next), next);
    const start = process.cpuUsage();
    try {
      check(bytes);
    } catch (cause) {
      throw new Error(`seed ${seed}, run ${run}: ${JSON.stringify(octetText(bytes))}`, { cause });
    }
    // The time of this process alone: others may run beside it.
    const { user, system } = process.cpuUsage(start);
    const tookMs = (user + system) / 1000;
    if (tookMs > LONGEST_MS) throw new Error(`seed ${seed}, run ${run}: took ${tookMs} ms`);
  }
}

/** Everything that may happen to the octets of a body. */
function check(bytes: Uint8Array): void {
  checkCpim(bytes);
  checkSdp(bytes);
  readsAgain(parseXml, (document) => formatXml(document), bytes, withoutPlaces);
  readsAgain(parseImdn, formatImdn, bytes);
  readsAgain(parseIsComposing, formatIsComposing, bytes);
  readsAgain(parseReginfo, formatReginfo, bytes);
  checkDocument(bytes);
  const list = parseRecipientList(bytes, { most: 10 });
  if (list.ok) {
    const again = parseRecipientList(formatRecipientList(list.recipients), { most: 10 });
    assert.deepEqual(again, list);
  }
}

function checkCpim(bytes: Uint8Array): void {
  const result = parseCpim(bytes);
  if (!result.ok) {
    assert.ok(result.error.offset <= bytes.length);
    // Editing reads less than all of it, and must not trip over the rest.
    assert.ok(parsed(() => editCpim(bytes, {})) !== undefined);
    return;
  }
  const message = result.value;
  const again = parseCpim(formatCpim(message));
  assert.ok(again.ok);
  assert.deepEqual(meaning(again.value), meaning(message));
  assert.deepEqual(octetText(editCpim(bytes, {})), octetText(bytes));
  const from = { name: undefined, uri: "sip:server@x" };
  const edited = parseCpim(editCpim(bytes, { from }));
  assert.ok(edited.ok);
  assert.deepEqual(meaning(edited.value), meaning({ ...message, from }));

  isImdn(message);
  if (parseImdnHeaders(message).ok) {
    const notification = { kind: "display", status: "displayed" } as const;
    const sent = makeImdn(message, { notification, from, messageId: "1", now: 0 });
    if (sent !== undefined) assert.ok(parseCpim(formatCpim(sent.message)).ok);
  }
  const body = { headers: message.contentHeaders, content: message.content };
  findImdns(body);
  parseLeaves(body);
  for (const [, value] of message.contentHeaders)
    readsAgain(parseMediaType, formatMediaType, value);
  const external = parseExternalBody(body);
  if (external.ok) {
    const written = formatExternalBody(external.value);
    assert.deepEqual(parseExternalBody(written), external);
  }
}

function withoutPlaces(value: unknown): unknown {
  const places = new Set(["start", "end", "contentStart", "contentEnd"]);
  return JSON.parse(JSON.stringify(value, (key, inner: unknown) => (places.has(key) ? 0 : inner)));
}

/** What a message says; the prefixes it says it with are free. */
function meaning(value: Extract<ReturnType<typeof parseCpim>, { ok: true }>["value"]): unknown {
  return {
    ...value,
    content: octetText(value.content),
    require: value.require.map(({ namespace, prefix, name }) => [namespace ?? prefix, name]),
    extensions: value.extensions.map((one) => ({
      ...one,
      prefix: one.namespace === undefined ? one.prefix : "",
    })),
  };
}

function mutate(seed: Uint8Array, next: () => number): Uint8Array {
  let bytes = seed;
  for (let left = 1 + (next() % 4); left > 0; left -= 1) {
    const at = next() % (bytes.length + 1);
    const piece = mutation(bytes, at, next);
    const cut = next() % 3 === 0 ? next() % 40 : next() % 2;
    bytes = concatBytes(bytes.subarray(0, at), piece, bytes.subarray(at + cut));
  }
  return bytes;
}

function mutation(bytes: Uint8Array, at: number, next: () => number): Uint8Array {
  switch (next() % 5) {
    case 0:
      return new Uint8Array([next() % 256]);
    case 1:
      return bytes.subarray(at, at + (next() % 60));
    case 2:
      return pick(SEEDS, next).subarray(next() % 100, next() % 200);
    case 3: {
      const piece = pick(PIECES, next);
      return concatBytes(...Array.from({ length: next() % 300 }, () => piece));
    }
    default:
      return pick(PIECES, next);
  }
}

function pick<T>(from: readonly T[], next: () => number): T {
  const one = from[next() % from.length];
  if (one === undefined) throw new RangeError("nothing to pick from");
  return one;
}

/** xorshift32: the same numbers for the same seed everywhere. */
function numbers(seed: number): () => number {
  let state = (seed ^ 0x9e37_79b9) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      seed: { type: "string", default: "1" },
      runs: { type: "string", default: "200000" },
    },
  });
  fuzzFormats(Number(values.seed), Number(values.runs));
  console.log(`${values.runs} mutations from seed ${values.seed}: no fault`);
}
