/** An entry of the SDK's history as it is shown. */
import type { HistoryEntry, IncomingMessage, KeptMessage, SentMessage } from "@parlance/client";
import { faultOf } from "./refusal-words.ts";
import type { Fault, FileBody, Item, Sending } from "./views.ts";

const decoder = new TextDecoder();
const TO_ONE = { reach: "direct", privateTo: [] } as const;
const EXTERNAL = /^message\/external-body\b/i;

/** Undefined for what stands there twice: a file of ours and the message that says where it is. */
export function itemOf(entry: HistoryEntry, self: string): Item | undefined {
  switch (entry.direction) {
    case "sent":
      return sentItem(entry.order, entry.message, self);
    case "received":
      return receivedItem(entry.order, entry.message, self);
    case "sent file": {
      const { file, order } = entry;
      const base = { order, at: file.at, own: true, from: self, fromName: undefined } as const;
      const body = fileBody(file.id, file, undefined);
      return { ...base, ...TO_ONE, key: `f ${file.id}`, body, sending: undefined };
    }
    case "received file": {
      const { file, order } = entry;
      const base = { order, at: file.at, own: false, from: file.from, fromName: file.fromName };
      const body = fileBody(file.id, file, file.place);
      const key =
        file.messageId === undefined ? `f ${file.id}` : receivedKey(file.messageId, file.from);
      return { ...base, ...TO_ONE, key, body, sending: undefined };
    }
  }
}

/** What the server keeps, for a line of the list alone: it has no place among what is in the store. */
export function keptItem(kept: KeptMessage, self: string): Item {
  const { id, direction, from, fromName, at, text, subject, file, fileName } = kept;
  const { reach, privateTo } = kept;
  const own = direction === "out";
  const name = file?.name ?? fileName;
  const body =
    text === undefined
      ? ({ kind: "other", contentType: kept.contentType, sizeBytes: kept.sizeBytes } as const)
      : ({ kind: "text", text, subject } as const);
  return {
    key: `k ${id}`,
    order: 0,
    at: at.getTime(),
    own,
    from: own ? self : from,
    fromName,
    reach,
    privateTo,
    body: name === undefined ? body : { kind: "text", text: name, subject: undefined },
    sending: undefined,
  };
}

export function receivedKey(id: string, from: string): string {
  return `r ${from} ${id}`;
}

/** It counts as unread until it is read: a message of somebody else, and no file that is offered. */
export function isCounted({ own, key }: Pick<Item, "own" | "key">): boolean {
  return !own && key.startsWith("r ");
}

/** `ids`: of messages and files. */
export function isOneOf({ key }: Pick<Item, "key">, ids: readonly string[]): boolean {
  return ids.some(
    (id) =>
      key === sentKey(id) || key === `f ${id}` || (key.startsWith("r ") && key.endsWith(` ${id}`)),
  );
}

/** It may be taken out of the history: somebody has said it, and it is not on its way. */
export function isRemovable({ key, body, reach, sending }: Item): boolean {
  if (reach === "system" || body.kind === "notice" || sending?.state === "queued") return false;
  const isThere = key.startsWith("r ") && body.kind === "file" && body.state === "offered";
  return body.kind !== "file" || isThere || !UNDER_WAY.has(body.state);
}

/** Of a file: something moves, or waits for the other side. */
const UNDER_WAY: ReadonlySet<FileBody["state"]> = new Set([
  "preparing",
  "offered",
  "sending",
  "receiving",
  "interrupted",
]);

export function sentKey(id: string): string {
  return `s ${id}`;
}

/** Of a file for many, as soon as anything is known of one of them. */
export function fileSending({ state, recipients }: FileBody): Sending | undefined {
  const told = state === "deferred" || state === "delivered" || state === "failed";
  return recipients.length === 0
    ? undefined
    : { state: told ? state : "accepted", partly: false, recipients, failure: undefined };
}

export function sendingOf({ state, partly, recipients, failure }: SentMessage): Sending {
  return {
    state,
    partly,
    recipients,
    failure: failure === undefined ? undefined : faultOf(failure),
  };
}

function sentItem(order: number, message: SentMessage, self: string): Item | undefined {
  const { record, id } = message;
  const { contentType, content, subject, at, reach = "direct" } = record;
  if (EXTERNAL.test(contentType)) return undefined;
  const body = isText(contentType)
    ? ({ kind: "text", text: decoder.decode(content), subject } as const)
    : ({ kind: "other", contentType, sizeBytes: content.length } as const);
  const base = { key: sentKey(id), order, at, own: true, from: self, fromName: undefined } as const;
  const privateTo = reach === "private" ? record.recipients.map(({ address }) => address) : [];
  return { ...base, reach, privateTo, body, sending: sendingOf(message) };
}

function receivedItem(order: number, message: IncomingMessage, self: string): Item {
  const { id, from, fromName, own, reach, privateTo, at } = message;
  return {
    key: receivedKey(id, from),
    order,
    at: at.getTime(),
    own,
    from: own ? self : from,
    fromName,
    reach,
    privateTo,
    body: bodyOf(message),
    sending: undefined,
  };
}

function bodyOf(message: IncomingMessage): Item["body"] {
  const { id, subject, contentType, content, kind, fileName } = message;
  switch (kind) {
    case "text":
      if (fileName !== undefined) return fileIn(message, fileName);
      return { kind: "text", text: message.text, subject };
    case "reference": {
      const { referenceName, referenceType, sizeBytes, expiresAt } = message;
      return {
        kind: "file",
        fileId: id,
        name: referenceName,
        type: referenceType ?? "application/octet-stream",
        sizeBytes,
        state: "offered",
        fault: undefined,
        place: undefined,
        inMessage: false,
        expiresAt: expiresAt?.getTime(),
        thumbnail: undefined,
        recipients: [],
      };
    }
    default:
      if (fileName !== undefined) return fileIn(message, fileName);
      return { kind: "other", contentType, sizeBytes: content.length };
  }
}

/** One without octets is too large for a message, and stays at the server. */
function fileIn({ id, contentType, content }: IncomingMessage, name: string): FileBody {
  const sizeBytes = content.length === 0 ? undefined : content.length;
  const file = {
    name,
    type: contentType,
    sizeBytes,
    state: "complete",
    failure: undefined,
  } as const;
  return { ...fileBody(id, file, undefined), inMessage: true };
}

function fileBody(
  fileId: string,
  file: {
    readonly name: string | undefined;
    readonly type: string;
    readonly sizeBytes: number | undefined;
    readonly state: FileBody["state"];
    readonly failure: Pick<Fault, "code" | "status"> | undefined;
    readonly recipients?: FileBody["recipients"];
  },
  place: string | undefined,
): FileBody {
  const { name = "", type, sizeBytes, state, failure, recipients = [] } = file;
  return {
    kind: "file",
    fileId,
    name,
    type,
    sizeBytes,
    state,
    fault: failure && { ...failure, warning: undefined, retryAfterMs: undefined },
    place,
    inMessage: false,
    expiresAt: undefined,
    thumbnail: undefined,
    recipients,
  };
}

function isText(contentType: string): boolean {
  return contentType.toLowerCase().startsWith("text/");
}
