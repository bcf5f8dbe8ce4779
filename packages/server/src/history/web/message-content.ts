/** What is in a kept message: its text, the file it points to, or octets of another type. */
import {
  type Cpim,
  decodedContent,
  type Entity,
  fileNameOf,
  mediaTypeOf,
  mimeHeader,
  parseCpim,
  parseDisposition,
  parseExternalBody,
  safeFileName,
} from "@parlance/formats";
import { CPIM, EXTERNAL_BODY, ISFOCUS, plainTextOf } from "@parlance/im";
import { addressKey, parseUri } from "@parlance/sip";
import { concatBytes, parsed, utf8TextLossy } from "@parlance/wire";
import type { FileContent, HistoryMessage } from "../../store/index.ts";

export interface FileView {
  readonly url: string;
  readonly name: string;
  readonly type: string | undefined;
  readonly size: number | undefined;
  /** RFC 3339. */
  readonly expires: string | undefined;
}

export interface MessageContent {
  /** With its parameters. */
  readonly contentType: string;
  readonly fromName: string | undefined;
  /** Whom it was for, where the envelope names nobody who stands for all of a group. OMA IM 8.4 */
  readonly named: readonly string[] | undefined;
  /** As its author has written it there, whatever it was said in. */
  readonly ownSubject: string | undefined;
  readonly text: string | undefined;
  readonly file: FileView | undefined;
  /** What a file is called that is itself what was sent. Safe to offer for saving. */
  readonly fileName: string | undefined;
  /** Undefined while they lie outside of the store. */
  readonly octets: Uint8Array | undefined;
}

export function contentOf({ bytes, type, content }: HistoryMessage): MessageContent {
  const read = parseCpim(bytes);
  const cpim = read.ok ? read.value : undefined;
  const about = {
    contentType: (cpim && mimeHeader(cpim.contentHeaders, "Content-Type")) ?? type,
    fromName: cpim?.from?.name,
    named: cpim && namedIn(cpim),
    ownSubject: cpim?.subjects[0]?.text,
    fileName: cpim && nameIn(mimeHeader(cpim.contentHeaders, "Content-Disposition")),
  };
  if (content !== undefined || cpim === undefined) {
    return { ...about, text: undefined, file: undefined, octets: undefined };
  }
  const entity: Entity = { headers: cpim.contentHeaders, content: cpim.content };
  return {
    ...about,
    text: textOf(entity, cpim, bytes),
    file: fileOf(entity),
    octets: decodedContent(entity) ?? cpim.content,
  };
}

/** The same, with the text of a message whose octets lie outside of the store, up to so many of them. */
export async function wholeContentOf(
  message: HistoryMessage,
  contents: FileContent | undefined,
  mostBytes: number,
): Promise<MessageContent> {
  const known = contentOf(message);
  if (message.content === undefined || !message.type.startsWith("text/")) return known;
  const reader = await contents?.open(message.content);
  if (reader === undefined) return known;
  try {
    const pieces: Uint8Array[] = [];
    const most = Math.min(message.sizeBytes, mostBytes);
    for await (const piece of reader.read(0, most)) pieces.push(piece.slice());
    return { ...known, text: utf8TextLossy(concatBytes(...pieces)) };
  } finally {
    await reader.close();
  }
}

/** In the session of a group what is for all goes to its focus. IM-7.2.3-02 */
function namedIn({ to, cc }: Cpim): readonly string[] | undefined {
  const keys: string[] = [];
  for (const { uri } of [...to, ...cc]) {
    const read = parsed(() => parseUri(uri));
    if (read.ok && read.value.kind === "sip" && read.value.params.has(ISFOCUS)) return undefined;
    keys.push(read.ok ? addressKey(read.value) : uri);
  }
  return keys;
}

function textOf(entity: Entity, cpim: Cpim, bytes: Uint8Array): string | undefined {
  const type = parsed(() => mediaTypeOf(entity.headers).essence);
  if (!type.ok) return undefined;
  if (type.value.startsWith("text/")) return utf8TextLossy(decodedContent(entity) ?? cpim.content);
  const plain = plainTextOf(CPIM, bytes);
  return plain && utf8TextLossy(plain.bytes);
}

function fileOf(entity: Entity): FileView | undefined {
  const type = parsed(() => mediaTypeOf(entity.headers).essence);
  if (!type.ok || type.value !== EXTERNAL_BODY) return undefined;
  const read = parseExternalBody(entity);
  if (!read.ok) return undefined;
  const { url, sizeBytes, expiresAt, headers } = read.value;
  return {
    url,
    name: nameIn(mimeHeader(headers, "Content-Disposition")) ?? safeFileName(undefined),
    type: mimeHeader(headers, "Content-Type"),
    size: sizeBytes,
    expires: expiresAt === undefined ? undefined : new Date(expiresAt).toISOString(),
  };
}

function nameIn(disposition: string | undefined): string | undefined {
  const read = parseDisposition(disposition ?? "");
  const name = read.ok ? fileNameOf(read.value) : undefined;
  return name && safeFileName(name);
}
