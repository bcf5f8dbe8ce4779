/** Every header that the system reads or writes, with its type. RFC 3261 §20 and the RFCs named. */
import { FormatError } from "@parlance/wire";
import { dateValue } from "./date.ts";
import {
  type HeaderType,
  type ListHeaderType,
  linesHeader,
  listHeader,
  singleHeader,
  textHeader,
} from "./header-type.ts";
import {
  type AuthValue,
  authParamsValue,
  authValue,
  type DialogReference,
  dialogReferenceValue,
  MAX_SECONDS,
  mediaTypeValue,
  nameAddrValue,
  numberValue,
  predicateValue,
  routeValue,
  secondsValue,
  type Tagged,
  taggedValue,
  tokenValue,
  warningValue,
  wordValue,
  writeNumber,
} from "./header-values.ts";
import { formatNameAddr, type NameAddr, readNameAddr } from "./name-addr.ts";
import type { Params } from "./params.ts";
import type { ValueReader } from "./value-reader.ts";
import { formatVia, readVia, type ViaValue } from "./via.ts";

// What every message carries. RFC 3261 §8.1.1

export const Via: ListHeaderType<ViaValue> = listHeader("Via", { read: readVia, write: formatVia });
export const From: HeaderType<NameAddr> = singleHeader("From", nameAddrValue);
export const To: HeaderType<NameAddr> = singleHeader("To", nameAddrValue);
export const CallId: HeaderType<string> = singleHeader("Call-ID", wordValue);
export const MaxForwards: HeaderType<number> = singleHeader("Max-Forwards", numberValue(255));

export interface CSeqValue {
  readonly number: number;
  readonly method: string;
}

const MAX_CSEQ = 2 ** 31 - 1; // RFC 3261 §8.1.1.5

export const CSeq: HeaderType<CSeqValue> = singleHeader("CSeq", {
  read: (reader) => {
    const number = reader.number(MAX_CSEQ);
    const gap = reader.at;
    reader.skipSpace();
    if (reader.at === gap) reader.fail("expected a method");
    return { number, method: reader.token() };
  },
  write: ({ number, method }) => `${writeNumber(number, MAX_CSEQ)} ${tokenValue.write(method)}`,
});

// Contact. RFC 3261 §20.10

export type ContactValue = { readonly star: true } | readonly NameAddr[];

const MAX_EXPIRES_TEXT = /^\d{1,10}$/;
const Q = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/; // RFC 3261 §25.1 qvalue

const contacts: ListHeaderType<NameAddr> = listHeader("Contact", {
  read: readContact,
  write: formatNameAddr,
});

export const Contact: HeaderType<ContactValue> & {
  readonly writeItem: (item: NameAddr) => string;
} = {
  name: contacts.name,
  key: contacts.key,
  read: (text) => (text === "*" ? { star: true } : contacts.read(text)),
  merge: (values) =>
    values.flatMap((value) => {
      if (!("star" in value)) return value;
      throw new FormatError("Contact", 0, "a star stands alone"); // RFC 3261 §10.2.2
    }),
  write: (value) => ("star" in value ? ["*"] : contacts.write(value)),
  writeItem: formatNameAddr,
};

function readContact(reader: ValueReader): NameAddr {
  const contact = readNameAddr(reader);
  const expires = contact.params.get("expires");
  const inRange =
    expires === undefined || (MAX_EXPIRES_TEXT.test(expires) && Number(expires) <= MAX_SECONDS);
  if (!inRange) reader.fail("expires is not a number of seconds");
  const q = contact.params.get("q");
  if (q !== undefined && !Q.test(q)) reader.fail("q is not between 0 and 1");
  return contact;
}

// The way. RFC 3261 §20.30, §20.34; RFC 3327; RFC 3608

export const Route: ListHeaderType<NameAddr> = listHeader("Route", routeValue);
export const RecordRoute: ListHeaderType<NameAddr> = listHeader("Record-Route", routeValue);
export const Path: ListHeaderType<NameAddr> = listHeader("Path", routeValue);
export const ServiceRoute: ListHeaderType<NameAddr> = listHeader("Service-Route", routeValue);
export const HistoryInfo: ListHeaderType<NameAddr> = listHeader("History-Info", routeValue); // RFC 7044

// Who it is. RFC 3325, RFC 7315, RFC 3892, RFC 3323

export const PAssertedIdentity: ListHeaderType<NameAddr> = listHeader(
  "P-Asserted-Identity",
  nameAddrValue,
);
export const PPreferredIdentity: ListHeaderType<NameAddr> = listHeader(
  "P-Preferred-Identity",
  nameAddrValue,
);
/** For whom an application server is asked, and at which end: `sescase`, `regstate`. RFC 5502 §4 */
export const PServedUser: HeaderType<NameAddr> = singleHeader("P-Served-User", nameAddrValue);
export const PAssociatedUri: ListHeaderType<NameAddr> = listHeader(
  "P-Associated-URI",
  nameAddrValue,
  true,
);
export const ReferredBy: HeaderType<NameAddr> = singleHeader("Referred-By", nameAddrValue);
export const ReferTo: HeaderType<NameAddr> = singleHeader("Refer-To", nameAddrValue); // RFC 3515
export const ReplyTo: HeaderType<NameAddr> = singleHeader("Reply-To", nameAddrValue);

/** Values between semicolons, lower case. RFC 3323 §4.2 */
export const Privacy = singleHeader<readonly string[]>("Privacy", {
  read: (reader) => {
    const values = [tokenValue.read(reader).toLowerCase()];
    while (reader.take(59)) values.push(reader.token().toLowerCase());
    return values;
  },
  write: (values) => values.map(tokenValue.write).join(";"),
});

// What is spoken

export const Require: ListHeaderType<string> = listHeader("Require", tokenValue, true);
export const ProxyRequire: ListHeaderType<string> = listHeader("Proxy-Require", tokenValue, true);
export const Supported: ListHeaderType<string> = listHeader("Supported", tokenValue, true);
export const Unsupported: ListHeaderType<string> = listHeader("Unsupported", tokenValue, true);
export const Allow: ListHeaderType<string> = listHeader("Allow", tokenValue, true);
export const AllowEvents: ListHeaderType<string> = listHeader("Allow-Events", tokenValue, true);

// The body. RFC 3261 §20.11 to §20.15

export const ContentType = singleHeader("Content-Type", mediaTypeValue);
export const ContentLength: HeaderType<number> = singleHeader(
  "Content-Length",
  numberValue(MAX_SECONDS),
);
export const ContentDisposition: HeaderType<Tagged> = singleHeader(
  "Content-Disposition",
  taggedValue,
);
export const ContentEncoding: ListHeaderType<string> = listHeader("Content-Encoding", tokenValue);
export const ContentLanguage: ListHeaderType<string> = listHeader("Content-Language", tokenValue);
export const ContentId: HeaderType<string> = textHeader("Content-ID"); // RFC 8262
export const MimeVersion: HeaderType<string> = textHeader("MIME-Version");
export const Accept = listHeader("Accept", mediaTypeValue, true);
export const AcceptEncoding: ListHeaderType<Tagged> = listHeader(
  "Accept-Encoding",
  taggedValue,
  true,
);
export const AcceptLanguage: ListHeaderType<Tagged> = listHeader(
  "Accept-Language",
  taggedValue,
  true,
);

// Times. RFC 3261 §20.17, §20.19, §20.23, §20.33

export const Expires: HeaderType<number> = singleHeader("Expires", numberValue(MAX_SECONDS));
export const MinExpires: HeaderType<number> = singleHeader("Min-Expires", numberValue(MAX_SECONDS));
export const DateHeader: HeaderType<number> = singleHeader("Date", dateValue);
export const SessionExpires = singleHeader("Session-Expires", secondsValue); // RFC 4028
export const MinSE = singleHeader("Min-SE", secondsValue);

export interface RetryAfterValue {
  readonly seconds: number;
  readonly comment: string | undefined;
  readonly params: Params;
}

const PARENTHESIS = 40;

export const RetryAfter: HeaderType<RetryAfterValue> = singleHeader("Retry-After", {
  read: (reader) => {
    const seconds = reader.number(MAX_SECONDS);
    reader.skipSpace();
    const comment = reader.peek() === PARENTHESIS ? reader.comment() : undefined;
    return { seconds, comment, params: reader.params() };
  },
  write: ({ seconds, comment, params }) => {
    const said = comment === undefined ? "" : ` (${comment.replaceAll(/[\\()]/g, "\\$&")})`;
    return `${writeNumber(seconds, MAX_SECONDS)}${said}${params.format("header")}`;
  },
});

// Capabilities and preferences. RFC 3841

export const AcceptContact: ListHeaderType<Params> = listHeader("Accept-Contact", predicateValue);
export const RejectContact: ListHeaderType<Params> = listHeader("Reject-Contact", predicateValue);
export const RequestDisposition: ListHeaderType<string> = listHeader(
  "Request-Disposition",
  tokenValue,
);

// Events and publication. RFC 6665, RFC 3903

export const Event: HeaderType<Tagged> = singleHeader("Event", taggedValue);
export const SubscriptionState: HeaderType<Tagged> = singleHeader(
  "Subscription-State",
  taggedValue,
);
export const SipETag: HeaderType<string> = singleHeader("SIP-ETag", tokenValue);
export const SipIfMatch: HeaderType<string> = singleHeader("SIP-If-Match", tokenValue);

// Dialogs. RFC 3891, RFC 4538, RFC 3262, RFC 4488, RFC 3326

export const Replaces: HeaderType<DialogReference> = singleHeader("Replaces", dialogReferenceValue);
export const TargetDialog: HeaderType<DialogReference> = singleHeader(
  "Target-Dialog",
  dialogReferenceValue,
);

export interface RAckValue {
  readonly rseq: number;
  readonly cseq: number;
  readonly method: string;
}

export const RSeq: HeaderType<number> = singleHeader("RSeq", numberValue(MAX_SECONDS));
export const RAck: HeaderType<RAckValue> = singleHeader("RAck", {
  read: (reader) => {
    const rseq = reader.number(MAX_SECONDS);
    reader.skipSpace();
    const cseq = reader.number(MAX_CSEQ);
    reader.skipSpace();
    return { rseq, cseq, method: reader.token() };
  },
  write: ({ rseq, cseq, method }) =>
    `${writeNumber(rseq, MAX_SECONDS)} ${writeNumber(cseq, MAX_CSEQ)} ${tokenValue.write(method)}`,
});

/** The value is "true" or "false". */
export const ReferSub: HeaderType<Tagged> = singleHeader("Refer-Sub", taggedValue);
export const Reason: ListHeaderType<Tagged> = listHeader("Reason", taggedValue);
export const AnswerMode: HeaderType<Tagged> = singleHeader("Answer-Mode", taggedValue); // RFC 5373

// Authentication. RFC 3261 §20.6, §20.7, §20.27, §20.28, §20.44

export const Authorization: HeaderType<readonly AuthValue[]> = linesHeader(
  "Authorization",
  authValue,
);
export const ProxyAuthorization: HeaderType<readonly AuthValue[]> = linesHeader(
  "Proxy-Authorization",
  authValue,
);
export const WwwAuthenticate: HeaderType<readonly AuthValue[]> = linesHeader(
  "WWW-Authenticate",
  authValue,
);
export const ProxyAuthenticate: HeaderType<readonly AuthValue[]> = linesHeader(
  "Proxy-Authenticate",
  authValue,
);
export const AuthenticationInfo: HeaderType<Params> = singleHeader(
  "Authentication-Info",
  authParamsValue,
);

// For people

export const Subject: HeaderType<string> = textHeader("Subject");
export const Organization: HeaderType<string> = textHeader("Organization");
export const UserAgent: HeaderType<string> = textHeader("User-Agent");
export const Server: HeaderType<string> = textHeader("Server");
export const Priority: HeaderType<string> = singleHeader("Priority", tokenValue);
export const Warning = listHeader("Warning", warningValue);
export const InReplyTo: ListHeaderType<string> = listHeader("In-Reply-To", {
  read: (reader) => {
    reader.skipSpace();
    return reader.until(",");
  },
  write: wordValue.write,
});
