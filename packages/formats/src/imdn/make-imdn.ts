/** Notifications about a message: one to its sender, several put together, one on its way. */
import { parsed } from "@parlance/wire";
import { type Cpim, type CpimChanges, formatNamedUri, type NamedUri } from "../cpim/index.ts";
import { formatDateTime } from "../date-time.ts";
import { dispositionOf, type MimeHeader, mediaTypeOf } from "../mime/index.ts";
import { formatMultipart, isMultipart } from "../multipart/index.ts";
import { formatImdn, IMDN_TYPE, type Imdn, type Notification } from "./imdn.ts";
import { asksFor, IMDN_HEADERS, imdnHeader, readImdnHeaders } from "./imdn-headers.ts";

export interface ImdnReport {
  readonly notification: Notification;
  /** Who reports. */
  readonly from: NamedUri;
  /** The recipient it is about, when it is not the one in the message's To. */
  readonly recipientUri?: string;
  /** A fresh identifier of at least 64 random bits. RFC 5438 §6.3 */
  readonly messageId: string;
  readonly now: number;
}

export interface ImdnToSend {
  /** The URI to send it to. RFC 5438 §7.2.1 */
  readonly target: string;
  readonly message: Cpim;
}

/** Where its sender cannot be found again. RFC 3323 §4.1.1.3 */
const ANONYMOUS = /^sips?:[^@]*@anonymous\.invalid(?:[;?:]|$)/i;

/**
 * The notification to send about a message; `undefined` when its sender did not ask for it or cannot
 * be reached, and for a message that is a notification itself. RFC 5438 §7.2.1. Throws `FormatError`
 * when the headers that ask are malformed.
 */
export function makeImdn(message: Cpim, report: ImdnReport): ImdnToSend | undefined {
  const { messageId, requests, originalTo, recordRoutes } = readImdnHeaders(message);
  const { notification, from, now } = report;
  if (messageId === undefined || isImdn(message) || !asksFor(requests, notification)) {
    return undefined;
  }
  const [topRoute] = recordRoutes;
  if (message.from === undefined) return undefined;
  if (topRoute === undefined && ANONYMOUS.test(message.from.uri)) return undefined;
  const recipientUri = report.recipientUri ?? message.to[0]?.uri;
  const imdn: Imdn = {
    messageId,
    dateTime: message.dateTime ?? formatDateTime(now),
    recipientUri,
    originalRecipientUri: originalTo?.uri ?? message.to[0]?.uri ?? recipientUri,
    subject: message.subjects[0]?.text,
    notification,
  };
  const envelope = { from, to: message.from, messageId: report.messageId, now };
  const written = wrapImdn(imdn, envelope, recordRoutes);
  return { target: (topRoute ?? message.from).uri, message: written };
}

export interface ImdnEnvelope {
  readonly from: NamedUri;
  readonly to: NamedUri;
  readonly messageId: string;
  readonly now: number;
}

/** A notification in its envelope. `routes` are the record-routes of the message, in their order. */
export function wrapImdn(
  imdn: Imdn,
  envelope: ImdnEnvelope,
  routes: readonly NamedUri[] = [],
): Cpim {
  return wrap(envelope, routes, IMDN_TYPE, formatImdn(imdn));
}

/** Several notifications in one message. The boundary must be random. RFC 5438 §8.3 */
export function aggregateImdns(
  imdns: readonly Imdn[],
  envelope: ImdnEnvelope,
  boundary: string,
): Cpim {
  const headers: readonly MimeHeader[] = [["Content-Type", IMDN_TYPE]];
  const parts = imdns.map((imdn) => ({ headers, content: formatImdn(imdn) }));
  const type = `multipart/mixed;boundary="${boundary}"`;
  return wrap(envelope, [], type, formatMultipart(parts, boundary));
}

/** Whether a message is a notification: nobody must be notified of it. RFC 5438 §7.2.1, §9 */
export function isImdn({ contentHeaders }: Cpim): boolean {
  const type = parsed(() => mediaTypeOf(contentHeaders));
  if (!type.ok) return false;
  if (type.value.essence === IMDN_TYPE) return true;
  return isMultipart(type.value) && dispositionOf(contentHeaders) === "notification";
}

/**
 * What an intermediary does with a notification that comes to it: takes its own address from the top
 * of the route and sends it on to `target`. RFC 5438 §8. `undefined` when there is nowhere to go.
 */
export function followRoute(
  message: Cpim,
  isOwn: (uri: string) => boolean,
): { readonly target: string; readonly changes: CpimChanges } | undefined {
  const { routes } = readImdnHeaders(message);
  const [top, next] = routes;
  const own = top !== undefined && isOwn(top.uri);
  const target = (own ? next : top) ?? message.to[0];
  if (target === undefined) return undefined;
  const remove = own ? [{ namespace: IMDN_HEADERS, name: "IMDN-Route", onlyFirst: true }] : [];
  return { target: target.uri, changes: { remove } };
}

function wrap(
  { from, to, messageId, now }: ImdnEnvelope,
  routes: readonly NamedUri[],
  type: string,
  content: Uint8Array,
): Cpim {
  return {
    from,
    to: [to],
    cc: [],
    dateTime: formatDateTime(now),
    subjects: [],
    require: [],
    extensions: [
      imdnHeader("Message-ID", messageId),
      ...routes.map((route) => imdnHeader("IMDN-Route", formatNamedUri(route))),
    ],
    contentHeaders: [
      ["Content-Type", type],
      ["Content-Disposition", "notification"],
      ["Content-Length", String(content.length)],
    ],
    content,
  };
}
