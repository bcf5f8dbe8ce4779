/** What a SIP message is about. RFC 3261 */
import {
  Authorization,
  type AuthValue,
  addressKey,
  CSeq,
  Event,
  From,
  type HeaderType,
  type NameAddr,
  PAssertedIdentity,
  PPreferredIdentity,
  ProxyAuthorization,
  parseMessage,
  parseUri,
  type SipMessage,
  SipRequest,
  SipResponse,
  To,
  Via,
} from "@parlance/sip";
import { parsed } from "@parlance/wire";
import { hidePushTokens } from "../push-tokens.ts";
import { marksOf } from "./body-marks.ts";
import type { Reading } from "./reading.ts";

/** Undefined for what is no SIP message. */
export function outlineSip(bytes: Uint8Array): Reading | undefined {
  const read = parseMessage(bytes);
  if (!read.ok) return undefined;
  const message = read.value;
  const method = methodOf(message);
  const from = readable(message, From)?.uri;
  const to = readable(message, To)?.uri;
  const marks = marksOf(message.text("Content-Type"), message.body);
  return {
    ...marks,
    carries: [...packageOf(message, method), ...marks.carries],
    title: titleOf(message, method),
    form: message instanceof SipRequest ? "request" : "response",
    method,
    status: message instanceof SipResponse ? message.status : undefined,
    exchange: exchangeOf(message, method),
    callId: message.text("Call-ID"),
    users: usersOf(message),
    from: from && addressKey(from),
    to: to && addressKey(to),
    mediaType: message.text("Content-Type"),
    clause: undefined,
  };
}

/** RFC 3261 §17.1.3: branch and method; an ACK belongs to its INVITE. */
export function exchangeOf(message: SipMessage, method: string | undefined): string | undefined {
  const branch = readable(message, Via)?.[0]?.params.get("branch");
  if (typeof branch !== "string") return undefined;
  return `${branch} ${method === "ACK" || method === "CANCEL" ? "INVITE" : method}`;
}

function methodOf(message: SipMessage): string | undefined {
  return message instanceof SipRequest ? message.method : readable(message, CSeq)?.method;
}

function titleOf(message: SipMessage, method: string | undefined): string {
  if (message instanceof SipRequest) return hidePushTokens(`${message.method} ${message.uriText}`);
  if (message instanceof SipResponse) return `${message.status} ${message.reason} (${method})`;
  return "";
}

/** A NOTIFY is named after what it is about. RFC 6665 §8.2.1 */
function packageOf(message: SipMessage, method: string | undefined): readonly string[] {
  if (method !== "NOTIFY") return [];
  const event = readable(message, Event)?.value;
  return event === undefined ? ["notify"] : ["notify", event];
}

function usersOf(message: SipMessage): Set<string> {
  const users = new Set<string>();
  const add = (address: NameAddr | undefined): void => {
    if (address !== undefined) users.add(addressKey(address.uri));
  };
  add(readable(message, From));
  add(readable(message, To));
  for (const asserted of readable(message, PAssertedIdentity) ?? []) add(asserted);
  for (const preferred of readable(message, PPreferredIdentity) ?? []) add(preferred);
  for (const type of [Authorization, ProxyAuthorization]) {
    for (const login of readable(message, type) ?? []) addLogin(login, users);
  }
  if (message instanceof SipRequest) {
    const uri = parsed(() => message.uri);
    if (uri.ok) users.add(addressKey(uri.value));
  }
  return users;
}

/** Who hides in From has to say to us who he is. RFC 3325 §9.3 */
function addLogin({ params }: AuthValue, users: Set<string>): void {
  const [username, realm] = [params.get("username"), params.get("realm")];
  if (username === undefined || realm === undefined) return;
  const named = parsed(() => addressKey(parseUri(`sip:${username}@${realm}`)));
  if (named.ok) users.add(named.value);
}

/** A malformed header names nobody; the rest of the message is shown all the same. */
function readable<T>(message: SipMessage, type: HeaderType<T>): T | undefined {
  const value = parsed(() => message.get(type));
  return value.ok ? value.value : undefined;
}
