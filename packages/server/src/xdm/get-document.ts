/** GET and HEAD. RFC 4825 §7.2, §7.6, §7.9, §8.3 */
import { readNode } from "@parlance/formats";
import type { Hashing, XmlDocument } from "@parlance/wire";
import { parseXml } from "@parlance/wire";
import { notFound, type WebAnswer } from "../web/index.ts";
import { content, unmet } from "./answers.ts";
import { type Conditions, judgeConditions } from "./conditions.ts";
import { type Documents, keyOf } from "./documents.ts";
import type { AskedDocument } from "./target.ts";

/** What there is to read. */
interface Readable {
  readonly etag: string;
  readonly bytes: Uint8Array;
  readonly xml: XmlDocument;
}

export interface ReadPorts {
  readonly documents: Documents;
  readonly hashing: Hashing;
}

export async function getDocument(
  asked: AskedDocument,
  conditions: Conditions,
  ports: ReadPorts,
): Promise<WebAnswer> {
  const found = await find(asked, ports);
  const part = found && partOf(found, asked);
  const state = { etag: found?.etag, exists: part !== undefined, reads: true };
  const not = judgeConditions(conditions, state);
  if (not === 412) return unmet(412, found?.etag);
  if (found === undefined || part === undefined) return notFound();
  return not === 304 ? unmet(304, found.etag) : content(part.type, part.bytes, found.etag);
}

async function find(
  { usage, name, owner, foreign }: AskedDocument,
  { documents, hashing }: ReadPorts,
): Promise<Readable | undefined> {
  if (usage.only !== undefined && usage.only !== name) return undefined;
  if (usage.source === undefined) {
    const open = await documents.open(keyOf(owner, usage.auid, name));
    if (foreign) return open && shown(usage.forOthers?.(open.stored.bytes, owner), hashing);
    return open && { etag: open.stored.etag, bytes: open.stored.bytes, xml: open.xml };
  }
  return shown((await usage.source.read(owner))?.bytes, hashing);
}

/** What is written anew for each who reads it. */
function shown(bytes: Uint8Array | undefined, hashing: Hashing): Readable | undefined {
  if (bytes === undefined) return undefined;
  const read = parseXml(bytes);
  return read.ok ? { etag: tagOf(bytes, hashing), bytes, xml: read.value } : undefined;
}

/** Of what the server writes anew each time: the same as long as it says the same. */
export function tagOf(bytes: Uint8Array, hashing: Hashing): string {
  return hashing.hash("sha-256", bytes).slice(0, 32);
}

function partOf({ bytes, xml }: Readable, { usage, node }: AskedDocument) {
  return node === undefined ? { type: usage.type, bytes } : readNode(bytes, xml, node);
}
