/** A message as the application sees it: what it is, who it is from, and the way to say it was seen. */
import {
  fileNameOf,
  mimeHeader,
  parseDisposition,
  parseExternalBody,
  parseMediaType,
  safeFileName,
} from "@parlance/formats";
import { isAnonymousUri } from "@parlance/im";
import { parseUri } from "@parlance/sip";
import { parsed, utf8TextLossy } from "@parlance/wire";
import type { Reach, ReceivedRecord } from "../store/client-store.ts";

interface Common {
  /** imdn.Message-ID, or what stands for it. */
  readonly id: string;
  /** Address of the sender; `sip:anonymous@anonymous.invalid` when he hides. */
  readonly from: string;
  readonly fromName: string | undefined;
  readonly anonymous: boolean;
  /** Where an answer belongs: the sender, or the group that the message went to. */
  readonly conversation: string;
  /**
   * Whom it is for: `direct`, the user himself; `all`, everybody in a group; `private`, some of those in a group, to be shown
   * as such; `system`, a word of the group itself. IM-7.1.3.3-01c
   */
  readonly reach: Reach;
  /** Of a private one: entities of those whom it is for, the user among them unless it is his own. Empty of any other. */
  readonly privateTo: readonly string[];
  /** The user has written it himself, on another device. */
  readonly own: boolean;
  /** Written, as the sender says; else received. */
  readonly at: Date;
  readonly receivedAt: Date;
  readonly subject: string | undefined;
  readonly contentType: string;
  readonly content: Uint8Array;
  /** Not to be shown before the user asks for it. IM-7.1.3.2-01 */
  readonly attachment: boolean;
  /** Safe to offer for saving, where the sender has named a file. IM-7.1.3.2-02 */
  readonly fileName: string | undefined;
  /** The application has had it before, maybe in an earlier run. */
  readonly seen: boolean;
  /** The user has seen it: tells the sender if he asked. Calling it again does nothing. */
  displayed(): Promise<void>;
}

export interface TextMessage extends Common {
  readonly kind: "text";
  readonly text: string;
}

/** Content that is kept elsewhere. Fetch it only when the user asks for it. RFC 4483 */
export interface ReferenceMessage extends Common {
  readonly kind: "reference";
  readonly url: string;
  readonly referenceType: string | undefined;
  /** Safe to offer for saving. */
  readonly referenceName: string;
  readonly sizeBytes: number | undefined;
  readonly expiresAt: Date | undefined;
}

/** Any other content, as it came. */
export interface OtherMessage extends Common {
  readonly kind: "other";
}

export type IncomingMessage = TextMessage | ReferenceMessage | OtherMessage;

export function incomingMessage(
  record: ReceivedRecord,
  displayed: () => Promise<void>,
): IncomingMessage {
  const common: Common = {
    id: record.id,
    from: record.from,
    fromName: record.fromName,
    anonymous: isAnonymous(record.from),
    conversation: record.conversation,
    reach: record.reach ?? "direct",
    privateTo: record.privateTo ?? [],
    own: record.own ?? false,
    at: new Date(record.writtenAt ?? record.at),
    receivedAt: new Date(record.at),
    subject: record.subject,
    contentType: record.contentType,
    content: record.content,
    ...shownAs(record.disposition),
    seen: record.seen,
    displayed,
  };
  return withKind(common);
}

function withKind(common: Common): IncomingMessage {
  const type = parseMediaType(common.contentType);
  if (!type.ok) return { ...common, kind: "other" };
  if (type.value.essence === "message/external-body") return reference(common);
  if (!type.value.essence.startsWith("text/")) return { ...common, kind: "other" };
  return { ...common, kind: "text", text: utf8TextLossy(common.content) };
}

function reference(common: Common): IncomingMessage {
  const { contentType, content } = common;
  const read = parseExternalBody({ headers: [["Content-Type", contentType]], content });
  if (!read.ok) return { ...common, kind: "other" };
  const { url, sizeBytes, expiresAt, headers } = read.value;
  return {
    ...common,
    kind: "reference",
    url,
    referenceType: mimeHeader(headers, "Content-Type"),
    referenceName: safeFileName(nameIn(mimeHeader(headers, "Content-Disposition"))),
    sizeBytes,
    expiresAt: expiresAt === undefined ? undefined : new Date(expiresAt),
  };
}

/** Where the content lies that a message points to; undefined: it points to none. */
export function referenceUrl(contentType: string, content: Uint8Array): string | undefined {
  if (!/^message\/external-body\b/i.test(contentType)) return undefined;
  const read = parseExternalBody({ headers: [["Content-Type", contentType]], content });
  return read.ok ? read.value.url : undefined;
}

function nameIn(disposition: string | undefined): string | undefined {
  const read = disposition === undefined ? undefined : parseDisposition(disposition);
  return read?.ok ? fileNameOf(read.value) : undefined;
}

function shownAs(disposition: string | undefined): Pick<Common, "attachment" | "fileName"> {
  const read = disposition === undefined ? undefined : parseDisposition(disposition);
  if (!read?.ok) return { attachment: false, fileName: undefined };
  const name = nameIn(disposition);
  return {
    attachment: read.value.kind === "attachment",
    fileName: name === undefined ? undefined : safeFileName(name),
  };
}

function isAnonymous(address: string): boolean {
  const uri = parsed(() => parseUri(address));
  return uri.ok && isAnonymousUri(uri.value);
}
