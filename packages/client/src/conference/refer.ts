/** REFERs by which somebody is brought into a group, or sent away. OMA IM 7.1.1.7, 7.1.1.14, RFC 4579 §5.5, §5.11, RFC 5368 */
import { formatRecipientList, RESOURCE_LISTS_TYPE } from "@parlance/formats";
import { ACCEPT_CONTACT_IM } from "@parlance/im";
import {
  type Body,
  type CallEdit,
  formatUri,
  MULTIPLE_REFER,
  NO_REFER_SUB,
  Params,
  parseUri,
  REFER_SUB_FALSE,
  ReferredBy,
  ReferSub,
  Require,
  Supported,
  type Uri,
  UserAgent,
} from "@parlance/sip";
import type { Random } from "@parlance/wire";
import type { Sender } from "../sending/pager-message.ts";

export interface Referral {
  /** Addresses, or entities of the roster. */
  readonly targets: readonly string[];
  /** BYE sends away. IMSpec-SMM-C-009 */
  readonly method: "INVITE" | "BYE";
  readonly sender: Sender;
  /** Nobody is to know who asks. OMA IM 3.4 */
  readonly hides: boolean;
  readonly random: Random;
  /** How it goes is to be told, in the dialog; of one target alone. RFC 5368 §5 */
  readonly reports: boolean;
}

/** For the dialog of the session. IMSpec-SMM-C-007 */
export function referral(of: Referral): {
  readonly body: Body | undefined;
  readonly edit: CallEdit;
} {
  const { targets, sender, hides, random, reports } = of;
  const [only = "", ...more] = targets;
  const many = more.length > 0;
  const id = `${random.token(96)}@anonymous.invalid`;
  const edit: CallEdit = (request) => {
    request.setText("Accept-Contact", ACCEPT_CONTACT_IM);
    request.set(UserAgent, sender.userAgent);
    request.setText("Refer-To", many ? `<cid:${id}>` : `<${targetOf(only, of)}>`);
    if (!hides) {
      request.set(ReferredBy, { name: undefined, uri: sender.account, params: Params.none });
    }
    if (!reports) request.set(ReferSub, REFER_SUB_FALSE); // RFC 4488 §4
    request.set(Supported, [NO_REFER_SUB]);
    if (!many) return;
    request.set(Require, [MULTIPLE_REFER]); // RFC 5368 §4
    request.setText("Content-ID", `<${id}>`);
    request.setText("Content-Disposition", "recipient-list");
  };
  if (!many) return { body: undefined, edit };
  const list = formatRecipientList(targets.map((target) => ({ uri: targetOf(target, of) })));
  return { body: { type: RESOURCE_LISTS_TYPE, bytes: list }, edit };
}

/** The service that keeps what is said, and how it is to call it. OMA IM 15.1 */
export function recorderAt({ account }: Sender, name: string | undefined): string {
  const subject = name === undefined ? "" : `?Subject=${encodeURIComponent(name)}`;
  return `sip:history@${account.host}${subject}`;
}

/** INVITE is what is meant where nothing is said. RFC 3515 §2.1 */
function targetOf(target: string, { method }: Referral): string {
  const uri: Uri = parseUri(target);
  if (method === "INVITE" || uri.kind !== "sip") return formatUri(uri);
  return formatUri({ ...uri, params: uri.params.with("method", method) });
}
