/** The INVITE of the focus to one who is asked to come. Clause 7.2.2.2 */
import {
  type Entity,
  formatRecipientHistory,
  makeSessionBody,
  RESOURCE_LISTS_TYPE,
  type Recipient,
} from "@parlance/formats";
import { ACCEPT_CONTACT_IM, ANONYMOUS_NAME, ANONYMOUS_URI } from "@parlance/im";
import {
  type Body,
  CallId,
  CSeq,
  type DialogReference,
  From,
  MaxForwards,
  MinSE,
  makeRequest,
  type NameAddr,
  Params,
  Privacy,
  parseUri,
  ReferredBy,
  Replaces,
  ReplyTo,
  SessionExpires,
  type SipRequest,
  Subject,
  To,
  type Uri,
  UserAgent,
} from "@parlance/sip";
import type { Random } from "@parlance/wire";
import type { Originator } from "../../ports/index.ts";

export interface Invited {
  readonly target: Uri;
  /** Whoever asks him to come. */
  readonly by: Inviter;
  /** In From, where it is not whoever asks: that of a pre-defined group. D-11 */
  readonly group: NameAddr | undefined;
  /** Session identity. Contact has it as the way needs it, which is not what the session is called by. */
  readonly session: Uri;
  readonly subject: string | undefined;
  /** A session of his that this one is to take the place of. Clause 4.6 */
  readonly replaces: DialogReference | undefined;
}

export interface Inviter {
  readonly originator: Originator;
  /** The name that he goes by. */
  readonly name: string | undefined;
}

const CALL_ID_BITS = 128;
const TAG_BITS = 64;
const SESSION_SECONDS = 1_800; // RFC 4028 §4
const MIN_SE_SECONDS = 90; // RFC 4028 §5

/** Without Contact, Allow and Supported, which depend on the way, and without its body. */
export function makeInvitation(
  { target, by, group, session, subject, replaces }: Invited,
  userAgent: string,
  random: Random,
): SipRequest {
  const { originator } = by;
  return makeRequest("INVITE", target, (edit) => {
    const { uri, name } = group ?? shownInviter(by);
    const tag = Params.of(["tag", random.token(TAG_BITS)]);
    edit.set(MaxForwards, 70);
    edit.set(From, { name, uri, params: tag });
    edit.set(To, nameless(target));
    edit.set(CallId, random.token(CALL_ID_BITS)).set(CSeq, { number: 1, method: "INVITE" });
    edit.setText("Accept-Contact", ACCEPT_CONTACT_IM);
    // Where no group stands in From: what the answers of the focus say in P-Asserted-Identity. RFC 3261 §20.31
    if (group === undefined) edit.set(ReplyTo, nameless(session));
    edit.setText(UserAgent.name, userAgent);
    const refresher = Params.of(["refresher", "uac"]);
    edit.set(SessionExpires, { seconds: SESSION_SECONDS, params: refresher });
    edit.set(MinSE, { seconds: MIN_SE_SECONDS, params: Params.none });
    if (originator.anonymous) edit.set(Privacy, ["id"]);
    else edit.set(ReferredBy, nameless(originator.uri));
    if (subject !== undefined) edit.setText(Subject.name, subject);
    if (replaces !== undefined) edit.set(Replaces, replaces);
  });
}

function nameless(uri: Uri): NameAddr {
  return { name: undefined, uri, params: Params.none };
}

/** Of one who hides, what he is called and nothing else. RFC 3323 §4.1.1.3 */
function shownInviter({ originator, name }: Inviter): Pick<NameAddr, "name" | "uri"> {
  if (!originator.anonymous) return { name, uri: originator.uri };
  return { name: name ?? ANONYMOUS_NAME, uri: parseUri(ANONYMOUS_URI) };
}

/** Whom else the invitation went to, for whoever may know. RFC 5364 §6, RFC 5366 §5.2 */
export function historyPart(recipients: readonly Recipient[]): Entity | undefined {
  const content = formatRecipientHistory(recipients);
  if (content === undefined) return undefined;
  return {
    headers: [
      ["Content-Type", RESOURCE_LISTS_TYPE],
      ["Content-Disposition", "recipient-list-history;handling=optional"],
    ],
    content,
  };
}

export function withHistory(offer: Body, history: Entity | undefined, random: Random): Body {
  if (history === undefined) return offer;
  const boundary = random.token(96);
  const { headers, content } = makeSessionBody({
    description: offer.bytes,
    others: [history],
    boundary,
  });
  const [, type = ""] = headers.find(([name]) => name.toLowerCase() === "content-type") ?? [];
  return { type, bytes: content };
}
