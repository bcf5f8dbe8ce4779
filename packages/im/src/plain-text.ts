/** The plain text inside a message, for phones that can show nothing else. RFC 3428 §11 */
import {
  decodedContent,
  type Entity,
  isMultipart,
  mediaTypeOf,
  mimeHeader,
  parseCpim,
  parseLeaves,
} from "@parlance/formats";
import { parsed } from "@parlance/wire";

export interface PlainText {
  /** With its charset. */
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Undefined when there is no wrapping to take off, or no plain text in it. */
export function plainTextOf(contentType: string, body: Uint8Array): PlainText | undefined {
  const whole: Entity = { headers: [["Content-Type", contentType]], content: body };
  if (!isWrapping(whole)) return undefined;
  for (const leaf of leavesOf(whole)) {
    const inner = isEnvelope(leaf) ? contentOf(leaf) : leaf;
    const text = inner && plain(inner);
    if (text !== undefined) return text;
  }
  return undefined;
}

function isWrapping(entity: Entity): boolean {
  const type = parsed(() => mediaTypeOf(entity.headers));
  return type.ok && (isMultipart(type.value) || type.value.essence === "message/cpim");
}

function isEnvelope({ headers }: Entity): boolean {
  const type = parsed(() => mediaTypeOf(headers));
  return type.ok && type.value.essence === "message/cpim";
}

function leavesOf(entity: Entity): readonly Entity[] {
  const leaves = parseLeaves(entity);
  return leaves.ok ? leaves.value : [];
}

function contentOf({ content }: Entity): Entity | undefined {
  const envelope = parseCpim(content);
  if (!envelope.ok) return undefined;
  return { headers: envelope.value.contentHeaders, content: envelope.value.content };
}

function plain(entity: Entity): PlainText | undefined {
  const type = parsed(() => mediaTypeOf(entity.headers).essence);
  if (!type.ok || type.value !== "text/plain") return undefined;
  const bytes = decodedContent(entity);
  if (bytes === undefined) return undefined;
  return { type: mimeHeader(entity.headers, "Content-Type") ?? "text/plain", bytes }; // RFC 2045 §5.2
}
