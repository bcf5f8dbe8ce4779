/** The INVITE to the called side of a session that goes through the server. OMA IM 9.2, 9.3 */
import {
  Allow,
  CallId,
  Contact,
  CSeq,
  type DialogReference,
  From,
  type IncomingCall,
  MinSE,
  type NameAddr,
  Params,
  RecordRoute,
  Replaces,
  Require,
  Route,
  SessionExpires,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  Supported,
  Via,
} from "@parlance/sip";
import type { Random } from "@parlance/wire";
import type { Edit } from "../../ports/index.ts";

const CALL_ID_BITS = 128;
const TAG_BITS = 64;
/** Ours on each side, whatever the other side wants. */
const PER_CALL: ReadonlySet<string> = new Set(["100rel", "timer"]);

/** As the caller wrote it, but for what belongs to his own call with us. Unknown headers go along. */
export function farInvite(
  received: SipRequest,
  random: Random,
  replaces: DialogReference | undefined,
): SipRequest {
  const edit = received.edit();
  for (const type of [Via, Route, RecordRoute, Contact, SessionExpires, MinSE, Supported, Allow]) {
    edit.remove(type);
  }
  const { from } = received;
  edit.set(From, { ...from, params: from.params.with("tag", random.token(TAG_BITS)) });
  edit.set(CallId, random.token(CALL_ID_BITS));
  edit.set(CSeq, { number: 1, method: "INVITE" });
  const required = received.get(Require)?.filter((tag) => !PER_CALL.has(tag)) ?? [];
  if (required.length > 0) edit.set(Require, required);
  else edit.remove(Require);
  if (replaces !== undefined) edit.set(Replaces, replaces);
  return edit.done();
}

/** Says which device it is, and so nothing of the person behind us on the other side. */
const OF_THE_DEVICE = ["expires", "q", "+sip.instance", "reg-id", "pub-gruu", "temp-gruu"];

/** What the Contact of the other side says of it: isfocus, feature tags. */
export function featuresIn(message: SipMessage): Params {
  const contacts = message.get(Contact);
  const [first] = contacts === undefined || "star" in contacts ? [] : contacts;
  let features = first?.params ?? Params.none;
  for (const name of OF_THE_DEVICE) features = features.without(name);
  return features;
}

/** The product of the far side is shown as its own. OMA IM 9.1 */
const SHOWN = ["Server", "User-Agent", "Subject"];
const WHY = [
  "Warning",
  "Reason",
  "Retry-After",
  "Accept",
  "Accept-Encoding",
  "Accept-Language",
  "Unsupported",
  "Error-Info",
];

/** What of an answer of the far side the near side is told, beside status and description. */
export function answerHeaders(response: SipResponse, contact: NameAddr): Edit {
  return (edit) => {
    copy(response, SHOWN, edit);
    edit.set(Contact, [{ ...contact, params: featuresIn(response) }]);
  };
}

export function refusalHeaders(response: SipResponse): Edit {
  return (edit) => copy(response, [...SHOWN, ...WHY], edit);
}

function copy(from: SipMessage, names: readonly string[], edit: Parameters<Edit>[0]): void {
  for (const name of names) {
    const text = from.text(name);
    if (text !== undefined) edit.setText(name, text);
  }
}

/** 503 is about the next hop, not about us. RFC 3261 §16.7 step 6 */
export function refuseLike(incoming: IncomingCall, response: SipResponse): void {
  const { status } = response;
  incoming.refuse(status === 503 ? 500 : status, refusalHeaders(response));
}
