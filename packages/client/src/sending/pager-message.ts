/** Writes the SIP MESSAGE of pager mode. OMA IM 8.1.1, RFC 3428, RFC 3862, RFC 5438 */

import {
  type Entity,
  type Extension,
  formatCpim,
  formatDateTime,
  formatMultipart,
  formatRecipientList,
  imdnHeader,
  type MimeHeader,
} from "@parlance/formats";
import {
  ACCEPT_CONTACT_IM,
  ANONYMOUS_NAME,
  ANONYMOUS_URI,
  RECIPIENT_LIST_MESSAGE,
  withSessionType,
} from "@parlance/im";
import {
  CallId,
  CSeq,
  DateHeader,
  Expires,
  From,
  formatUri,
  headers,
  MaxForwards,
  makeRequest,
  type NameAddr,
  Params,
  PPreferredIdentity,
  parseUri,
  Require,
  type SipRequest,
  type SipUri,
  To,
  type Uri,
} from "@parlance/sip";
import type { Random } from "@parlance/wire";
import type { ReceiptKind, SentRecord } from "../store/client-store.ts";

export interface Sender {
  readonly account: SipUri;
  /** The same as text, without parameters. */
  readonly address: string;
  /** Changes when the user calls himself otherwise. */
  displayName: string | undefined;
  readonly userAgent: string;
  /** Conference-factory-URI of the home network. */
  readonly factory: SipUri;
}

/** The record says what, the sender who: the same record gives the same message but for tags and times. */
export function pagerMessage(record: SentRecord, sender: Sender, at: Context): SipRequest {
  const many = record.recipients.length > 1;
  const [only] = record.recipients;
  // A user's address, or the identity of a group or of a session: IM-8.1.1-05, IM-8.1.1-07a, IM-8.1.1-08
  const target = many ? factoryFor(sender) : parseUri(only?.uri ?? only?.address ?? "");
  const cpim = envelope(record, sender, target);
  return makeRequest("MESSAGE", target, (edit) => {
    // No Contact, and no dialog: RFC 3428 §4, IM-8.1.1-P1
    edit.set(MaxForwards, 70);
    edit.set(From, { ...shownFrom(record, sender), params: newTag(at.random) });
    edit.set(To, { name: undefined, uri: target, params: Params.none });
    edit.set(CallId, at.random.token(128));
    edit.set(CSeq, { number: 1, method: "MESSAGE" });
    edit.append(PPreferredIdentity, identity(sender)); // IM-8.1.1-02
    edit.setText("Accept-Contact", ACCEPT_CONTACT_IM); // IM-8.1.1-01
    edit.set(headers.UserAgent, sender.userAgent); // IM-8.1.1-03
    if (record.anonymous) edit.set(headers.Privacy, ["id"]); // IM-8.1.1-04
    if (record.expiresAt !== undefined) {
      edit.set(Expires, Math.max(0, Math.ceil((record.expiresAt - at.now) / 1000)));
      edit.set(DateHeader, at.now); // RFC 3428 §4
    }
    if (many) edit.set(Require, [RECIPIENT_LIST_MESSAGE]); // RFC 5365 §4
    const body = many ? withList(cpim, record, at.random) : { type: "message/cpim", bytes: cpim };
    edit.body(body.bytes, body.type);
  });
}

export interface Context {
  readonly random: Random;
  /** Epoch ms. */
  readonly now: number;
}

/** A request of the client that carries a finished CPIM body to one address: receipts, composing. */
export function bareMessage(
  to: Uri,
  body: { readonly type: string; readonly bytes: Uint8Array },
  sender: Sender,
  at: Context,
): SipRequest {
  return makeRequest("MESSAGE", to, (edit) => {
    edit.set(MaxForwards, 70);
    edit.set(From, { name: undefined, uri: sender.account, params: newTag(at.random) });
    edit.set(To, { name: undefined, uri: to, params: Params.none });
    edit.set(CallId, at.random.token(128));
    edit.set(CSeq, { number: 1, method: "MESSAGE" });
    edit.append(PPreferredIdentity, identity(sender));
    edit.setText("Accept-Contact", ACCEPT_CONTACT_IM); // IM-8.1.1-01
    edit.set(headers.UserAgent, sender.userAgent); // IM-8.1.1-03
    edit.body(body.bytes, body.type);
  });
}

export function newTag(random: Random): Params {
  return Params.of(["tag", random.token(128)]);
}

function factoryFor({ factory }: Sender): SipUri {
  return withSessionType(factory, "adhoc"); // IM-8.1.1-06b, IM-8.1.1-06c
}

function identity({ account, displayName }: Sender): NameAddr {
  return { name: displayName, uri: account, params: Params.none };
}

/** With anonymity neither header nor envelope may tell the name. RFC 3323 §4.1.1.3 */
function shownFrom(record: SentRecord, sender: Sender): Omit<NameAddr, "params"> {
  if (record.anonymous) return { name: ANONYMOUS_NAME, uri: parseUri(ANONYMOUS_URI) };
  return { name: sender.displayName, uri: sender.account };
}

/** The message/cpim of a record; `receipts`: those to ask for in it. `name`: where no header beside it tells the name. */
export function envelope(
  record: SentRecord,
  sender: Sender,
  target: Uri,
  receipts = record.receipts,
  name?: string,
): Uint8Array {
  const to = [formatUri(target)];
  if (record.anonymous) return envelopeBetween(record, { from: ANONYMOUS_URI, to }, receipts);
  return envelopeBetween(record, { from: formatUri(sender.account), name, to }, receipts);
}

export function envelopeBetween(
  record: SentRecord,
  {
    from,
    name,
    to,
  }: {
    readonly from: string;
    readonly name?: string | undefined;
    readonly to: readonly string[];
  },
  receipts = record.receipts,
): Uint8Array {
  return formatCpim({
    from: { name, uri: from },
    to: to.map((uri) => ({ name: undefined, uri })),
    cc: [],
    dateTime: formatDateTime(record.at),
    subjects: record.subject === undefined ? [] : [{ language: undefined, text: record.subject }],
    require: [],
    extensions: receiptHeaders(record.id, receipts),
    contentHeaders: contentHeaders(record),
    content: record.content,
  });
}

function contentHeaders({ contentType, disposition }: SentRecord): MimeHeader[] {
  const type: MimeHeader = ["Content-Type", contentType]; // IM-8.1.1-09, IM-7.1.3.2-03: also message/external-body
  return disposition === undefined ? [type] : [type, ["Content-Disposition", disposition]];
}

/** IM-8.1.1-10, RFC 5438 §7.1.1 */
function receiptHeaders(id: string, receipts: readonly ReceiptKind[]): Extension[] {
  const wanted = [
    ...(receipts.includes("delivered") ? ["positive-delivery", "negative-delivery"] : []),
    ...(receipts.includes("displayed") ? ["display"] : []),
  ];
  const identified = imdnHeader("Message-ID", id);
  if (wanted.length === 0) return [identified];
  return [identified, imdnHeader("Disposition-Notification", wanted.join(", "))];
}

/** The message and whom it is for, side by side. IM-8.1.1-06a, RFC 5365 §4 */
function withList(
  cpim: Uint8Array,
  record: SentRecord,
  random: Random,
): { readonly type: string; readonly bytes: Uint8Array } {
  const list = formatRecipientList(
    record.recipients.map(({ address, uri = address }) =>
      record.namesRecipients ? { uri, copyControl: "to" } : { uri },
    ),
  );
  const boundary = random.token(128);
  const parts: Entity[] = [
    { headers: [["Content-Type", "message/cpim"]], content: cpim },
    {
      headers: [
        ["Content-Type", "application/resource-lists+xml"],
        ["Content-Disposition", "recipient-list"],
      ],
      content: list,
    },
  ];
  const bytes = formatMultipart(parts, boundary);
  return { type: `multipart/mixed;boundary="${boundary}"`, bytes };
}
