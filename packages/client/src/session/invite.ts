/** The INVITE of each kind of session. OMA IM 7.1.1.1, 7.1.1.2, 9.1.1.1, 10.1, RFC 3261 §13.2.1 */
import {
  ACCEPT_CONTACT_IM,
  ACCEPT_CONTACT_LARGE_MESSAGE,
  ANONYMOUS_NAME,
  ANONYMOUS_URI,
  ISFOCUS,
  type SessionKind,
} from "@parlance/im";
import {
  type Body,
  CallId,
  CSeq,
  From,
  headers,
  MaxForwards,
  MinSE,
  makeRequest,
  Params,
  PPreferredIdentity,
  parseUri,
  Require,
  SessionExpires,
  type SipRequest,
  Subject,
  To,
  type Uri,
  UserAgent,
} from "@parlance/sip";
import type { Random } from "@parlance/wire";
import { newTag, type Sender } from "../sending/pager-message.ts";

export interface InviteWish {
  readonly kind: SessionKind;
  readonly to: Uri;
  readonly subject?: string | undefined;
  /** Hides who calls, for the whole session. */
  readonly anonymous?: boolean;
  /** What the caller wishes to be called in a group. OMA IM 7.1.1.15 */
  readonly nickname?: string | undefined;
  /** It is for a user, and not to be taken for the wish to be in a group. RFC 3841 §5 */
  readonly toUser?: boolean;
  /** Option tags that the other side has to know. */
  readonly requires?: readonly string[];
}

/** As often as that a session tells that it is alive. RFC 4028 §4 */
const REFRESH_S = 1_800;
const LEAST_REFRESH_S = 90;

/** IMSpec-SMM-C-001. Contact, Allow and Supported are the call's to add. */
export function makeInvite(
  wish: InviteWish,
  body: Body,
  sender: Sender,
  random: Random,
): SipRequest {
  const { kind, to, subject, anonymous = false, nickname, toUser = false, requires = [] } = wish;
  const { account, displayName, userAgent } = sender;
  const shown = anonymous
    ? { name: nickname ?? ANONYMOUS_NAME, uri: parseUri(ANONYMOUS_URI) }
    : { name: nickname ?? displayName, uri: account }; // IM-7.1.1.1-09
  // IM-7.1.1.1-P1, IM-9.1.1.1-P1
  return makeRequest("INVITE", to, (edit) => {
    edit.set(MaxForwards, 70);
    edit.set(From, { ...shown, params: newTag(random) });
    edit.set(To, { name: undefined, uri: to, params: Params.none });
    edit.set(CallId, random.token(128));
    edit.set(CSeq, { number: 1, method: "INVITE" });
    edit.append(PPreferredIdentity, { name: displayName, uri: account, params: Params.none });
    edit.setText("Accept-Contact", acceptContact(kind)); // IM-7.1.1.1-01, IM-9.1.1.1-01
    if (toUser) edit.setText("Reject-Contact", `*;${ISFOCUS}`);
    edit.set(UserAgent, userAgent); // IM-7.1.1.1-02, IM-9.1.1.1-02
    if (anonymous) edit.set(headers.Privacy, ["id"]); // IM-7.1.1.1-05, IM-7.1.1.1-08, IM-9.1.1.1-04
    // IM-7.1.1.1-07, IM-9.1.1.1-06
    edit.set(SessionExpires, { seconds: REFRESH_S, params: Params.of(["refresher", "uac"]) });
    edit.set(MinSE, { seconds: LEAST_REFRESH_S, params: Params.none });
    if (subject !== undefined) edit.set(Subject, subject);
    if (requires.length > 0) edit.set(Require, requires);
    edit.body(body.bytes, body.type);
  });
}

/** IM-7.1.1.1-Q1: no tag that the service does not need. */
function acceptContact(kind: SessionKind): string {
  if (kind !== "large message") return ACCEPT_CONTACT_IM;
  return `${ACCEPT_CONTACT_IM}, ${ACCEPT_CONTACT_LARGE_MESSAGE}`;
}
