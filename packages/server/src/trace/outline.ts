/** What a recorded message is about: enough to find it, to group it and to draw its line. */
import {
  addressKey,
  From,
  type HeaderType,
  type NameAddr,
  PAssertedIdentity,
  parseMessage,
  type SipMessage,
  SipRequest,
  SipResponse,
  To,
} from "@parlance/sip";
import { octetText, parsed, utf8TextLossy } from "@parlance/wire";
import type { TraceRecord } from "./ring.ts";

export interface Outline {
  readonly record: TraceRecord;
  /** "MESSAGE sip:bob@example.com", "200 OK (MESSAGE)", or the first line of what is no message. */
  readonly title: string;
  readonly callId: string | undefined;
  /** Address keys of everyone the headers name. */
  readonly users: ReadonlySet<string>;
  /** The message it is, or that it reports about. RFC 5438 §6.3 */
  readonly messageId: string | undefined;
  readonly mediaType: string | undefined;
}

export function outlineOf(record: TraceRecord): Outline {
  const read = parseMessage(record.bytes);
  if (!read.ok) {
    const [line = ""] = utf8TextLossy(record.bytes.subarray(0, 200)).split("\r\n", 1);
    return {
      record,
      title: line,
      callId: undefined,
      users: new Set(),
      messageId: undefined,
      mediaType: undefined,
    };
  }
  const message = read.value;
  return {
    record,
    title: titleOf(message),
    callId: message.text("Call-ID"),
    users: usersOf(message),
    messageId: messageIdIn(message.body),
    mediaType: message.text("Content-Type"),
  };
}

function titleOf(message: SipMessage): string {
  if (message instanceof SipRequest) return `${message.method} ${message.uriText}`;
  const method = message.text("CSeq")?.replace(/^\s*\d+\s*/, "");
  if (message instanceof SipResponse) return `${message.status} ${message.reason} (${method})`;
  return "";
}

function usersOf(message: SipMessage): Set<string> {
  const users = new Set<string>();
  const add = (address: NameAddr | undefined): void => {
    if (address !== undefined) users.add(addressKey(address.uri));
  };
  add(readable(message, From));
  add(readable(message, To));
  for (const asserted of readable(message, PAssertedIdentity) ?? []) add(asserted);
  if (message instanceof SipRequest) {
    const uri = parsed(() => message.uri);
    if (uri.ok) users.add(addressKey(uri.value));
  }
  return users;
}

/** A malformed header names nobody; the rest of the message is shown all the same. */
function readable<T>(message: SipMessage, type: HeaderType<T>): T | undefined {
  const value = parsed(() => message.get(type));
  return value.ok ? value.value : undefined;
}

/** Found as text, so that also bodies that no parser would take are grouped. */
function messageIdIn(body: Uint8Array): string | undefined {
  if (body.length === 0) return undefined;
  const text = octetText(body);
  const about = /<(?:[\w.-]{1,40}:)?message-id>\s{0,20}([^<\s]{1,200})/.exec(text)?.[1];
  return about ?? /^[\w.-]{1,40}\.Message-ID: ?([^\s]{1,200})/im.exec(text)?.[1];
}
