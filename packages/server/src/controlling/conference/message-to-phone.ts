/** What is said in a session, as a phone shows it that knows nothing but text: from the room, with the name of the speaker. */
import { formatCpim, mimeHeader, parseCpim } from "@parlance/formats";
import { bodyKind, CPIM, IS_COMPOSING } from "@parlance/im";
import {
  CallId,
  CSeq,
  From,
  formatUri,
  MaxForwards,
  makeRequest,
  type NameAddr,
  Params,
  type SipRequest,
  To,
  type Uri,
} from "@parlance/sip";
import { concatBytes, type Random, utf8Bytes, utf8Text } from "@parlance/wire";

const PLAIN = "text/plain";
const CALL_ID_BITS = 128;
const TAG_BITS = 64;

/** Undefined for what such a phone has no use for: composing, receipts. */
export function textForPhone(envelope: Uint8Array): string | undefined {
  const read = parseCpim(envelope);
  if (!read.ok) return undefined;
  const { from, to, contentHeaders, content } = read.value;
  const type = mimeHeader(contentHeaders, "Content-Type") ?? PLAIN;
  const essence = type.split(";", 1)[0]?.trim().toLowerCase() ?? PLAIN;
  if (essence === IS_COMPOSING || bodyKind(type) === "receipt") return undefined;
  const ofRoom = isRoom(from?.uri);
  const speaker = from?.name ?? from?.uri ?? "";
  const aside = ofRoom || to.some(({ uri }) => isRoom(uri)) ? "" : " (to you alone)";
  if (essence !== PLAIN) return `[${speaker}${aside} sent ${essence}, which is not shown here]`;
  const text = utf8Text(content);
  return ofRoom ? text : `${speaker}${aside}: ${text}`;
}

export interface PhoneMessage {
  /** The room: answers go there. */
  readonly from: Pick<NameAddr, "name" | "uri">;
  readonly to: Uri;
  readonly text: string;
  readonly userAgent: string;
}

export function messageToPhone(
  { from, to, text, userAgent }: PhoneMessage,
  random: Random,
): SipRequest {
  return makeRequest("MESSAGE", to, (edit) => {
    edit.set(MaxForwards, 70);
    edit.set(From, { ...from, params: Params.of(["tag", random.token(TAG_BITS)]) });
    edit.set(To, { name: undefined, uri: to, params: Params.none });
    edit.set(CallId, random.token(CALL_ID_BITS)).set(CSeq, { number: 1, method: "MESSAGE" });
    edit.setText("User-Agent", userAgent);
    edit.body(utf8Bytes(text), `${PLAIN};charset=UTF-8`);
  });
}

export interface PhoneEnvelope {
  /** The session identity. */
  readonly room: Uri;
  readonly uri: Uri;
  readonly to: Uri;
  readonly envelope: Uint8Array;
  readonly userAgent: string;
}

/**
 * For a phone with group rooms: the room sends it, and the envelope says who has said it, in the narrow form that such phones
 * take. Undefined for what it has no use for. interop: linphone
 */
export function envelopeToPhone(
  { room, uri, to, envelope, userAgent }: PhoneEnvelope,
  random: Random,
): SipRequest | undefined {
  const read = parseCpim(envelope);
  if (!read.ok || textForPhone(envelope) === undefined) return undefined;
  const { from, to: meantFor, contentHeaders, content } = read.value;
  const group = { name: undefined, uri: formatUri(room) };
  const ofRoom = from === undefined || isRoom(from.uri);
  const aside = !ofRoom && !meantFor.some((one) => isRoom(one.uri));
  const type = mimeHeader(contentHeaders, "Content-Type") ?? PLAIN;
  const marked = aside && type.startsWith(PLAIN);
  const body = formatCpim({
    ...read.value,
    from: ofRoom ? group : { name: undefined, uri: from.uri },
    to: [group],
    cc: [],
    contentHeaders: contentHeaders.filter(([name]) => name.toLowerCase() !== "content-length"),
    content: marked ? concatBytes(utf8Bytes("(to you alone) "), content) : content,
  });
  return makeRequest("MESSAGE", uri, (edit) => {
    edit.set(MaxForwards, 70);
    const tag = Params.of(["tag", random.token(TAG_BITS)]);
    edit.set(From, { name: undefined, uri: room, params: tag });
    edit.set(To, { name: undefined, uri: to, params: Params.none });
    edit.set(CallId, random.token(CALL_ID_BITS)).set(CSeq, { number: 1, method: "MESSAGE" });
    edit.setText("User-Agent", userAgent);
    edit.body(body, CPIM);
  });
}

function isRoom(uri: string | undefined): boolean {
  return uri?.endsWith(";isfocus") ?? false;
}
