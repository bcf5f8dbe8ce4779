/** An INVITE that the controlling function gets, read as far as its checks go. Clauses 7.2.1.2 to 7.2.1.5 */
import {
  asksFor,
  IM_TAG,
  ISFOCUS,
  offers,
  type Refusal,
  refuse,
  type SessionKind,
} from "@parlance/im";
import {
  Contact,
  formatUri,
  RejectContact,
  Require,
  type SipRequest,
  sessionOf,
  type Uri,
} from "@parlance/sip";
import { readOfferedMedia, type SessionMedia, saidBy, saysFocus } from "../../media/index.ts";
import type { Originator, Passage, Untagged } from "../../ports/index.ts";
import { FOCUS_EXTENSIONS } from "./focus-face.ts";
import { NO_MEDIA } from "./no-media.ts";
import { wrapsMessages } from "./room-media.ts";

export interface Ask {
  readonly passage: Passage;
  /** Says that it is for the IM service, or counts as if it did. */
  readonly isOurs: boolean;
  readonly originator: Originator | undefined;
  readonly contactIsFocus: boolean;
  readonly unknownExtensions: readonly string[];
  /** What it is for. */
  readonly purpose: SessionKind;
  /** It holds no media: what is said comes and goes by MESSAGE, as in the group rooms of some phones. */
  readonly byMessage: boolean;
  /** What it offers to a room, or what is wrong with that. */
  readonly offer: SessionMedia | Refusal;
  /** Of From: the name of the user, or what he wishes to be called. */
  readonly name: string | undefined;
  readonly contact: string;
  /** `+sip.instance` */
  readonly instance: string | undefined;
}

/** `phones`: those that hold no sessions are let in. */
export function readAsk(passage: Passage, untagged: Untagged, phones: boolean): Ask {
  const { request, originator } = passage;
  const contacts = request.get(Contact);
  const [contact] = contacts === undefined || "star" in contacts ? [] : contacts;
  const byMessage =
    phones && contact?.params.has("text") === true && sessionOf(request) === undefined;
  return {
    passage,
    isOurs: untagged === "serve" || asksFor(request, IM_TAG),
    originator,
    contactIsFocus: saysFocus(request),
    unknownExtensions: (request.get(Require) ?? []).filter((tag) => !KNOWN.has(tag)),
    purpose: saidBy(request).kind,
    byMessage,
    offer: byMessage ? NO_MEDIA : readOffer(request),
    name: request.from.name,
    contact: contact === undefined ? "" : formatUri(contact.uri),
    instance: contact?.params.get("+sip.instance") ?? deviceOfGruu(contact?.uri),
  };
}

/** A GRUU names the device as well. RFC 5627 §3.1 */
export function deviceOfGruu(uri: Uri | undefined): string | undefined {
  return uri?.kind === "sip" ? uri.params.get("gr") : undefined;
}

/** RFC 3261 §8.2.2.3 */
export function unknownExtension({
  unknownExtensions,
}: Pick<Ask, "unknownExtensions">): Refusal | undefined {
  if (unknownExtensions.length === 0) return undefined;
  return refuse("unknown extension", [["Unsupported", unknownExtensions.join(", ")]]);
}

/** Whoever calls wants to speak with a user: that there is a group at this address he does not know. RFC 3841 §5 */
export function rejectsFocus(request: SipRequest): boolean {
  return request.get(RejectContact)?.some((rejected) => offers(rejected, ISFOCUS)) ?? false;
}

function readOffer(request: SipRequest): SessionMedia | Refusal {
  const body = sessionOf(request);
  if (body === undefined) return refuse("no common media");
  const offer = readOfferedMedia(body);
  if (offer === "broken") return refuse("bad body");
  if (offer === "other") return refuse("no common media");
  // Around a file no envelope is needed.
  return saidBy(request).kind === "file" || wrapsMessages(offer.media)
    ? offer
    : refuse("no common media");
}

const KNOWN: ReadonlySet<string> = new Set<string>([...FOCUS_EXTENSIONS, "timer", "100rel"]);
