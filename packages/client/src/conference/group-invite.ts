/** The INVITEs by which groups are joined and made. OMA IM 7.1.1.3, 7.1.1.4, 7.1.1.6, 7.1.1.9, 7.1.1.10, 7.1.1.15 */
import { formatRecipientList, type Recipient } from "@parlance/formats";
import { withSessionType } from "@parlance/im";
import {
  type Body,
  type Call,
  formatUri,
  Params,
  parseUri,
  Replaces,
  type SipRequest,
} from "@parlance/sip";
import type { Random } from "@parlance/wire";
import type { Sender } from "../sending/pager-message.ts";
import { makeInvite } from "../session/invite.ts";
import { withRecipients } from "../session/media/recipients.ts";

/** One who is asked to come when a group is made. RFC 5364 §4 */
export interface Invitee {
  readonly address: string;
  /** The others do not learn that he is asked. */
  readonly hidden?: boolean;
  /** The others do not learn who he is. */
  readonly anonymous?: boolean;
}

/** How we come in. */
export interface Entrance {
  readonly anonymous: boolean;
  /** The name wished for. IMSpec-MSRP-S-001 */
  readonly nickname: string | undefined;
  readonly subject: string | undefined;
}

/** To a chat room, a pre-defined group or a session that runs. IMSpec-SMM-C-003, IMSpec-SMM-C-004, IMSpec-SMM-C-015 */
export function joiningInvite(
  target: string,
  offer: Body,
  entrance: Entrance,
  { sender, random }: { readonly sender: Sender; readonly random: Random },
): SipRequest {
  const to = parseUri(target);
  return makeInvite({ kind: "conversation", to, ...entrance }, offer, sender, random);
}

/** To the factory, with those who are asked. IMSpec-SMM-C-002, IMSpec-SMM-C-008 */
export function creatingInvite(
  invitees: readonly (Invitee & { readonly replaces?: Call | undefined })[],
  offer: Body,
  entrance: Entrance,
  { sender, random }: { readonly sender: Sender; readonly random: Random },
): SipRequest {
  const list = formatRecipientList(invitees.map(entryOf));
  const { body, requires } = withRecipients(offer, list, random);
  const to = withSessionType(sender.factory, "adhoc");
  return makeInvite({ kind: "conversation", to, ...entrance, requires }, body, sender, random);
}

function entryOf({
  address,
  hidden = false,
  anonymous = false,
  replaces,
}: Invitee & { readonly replaces?: Call | undefined }): Pick<Recipient, "uri"> &
  Partial<Recipient> {
  return {
    uri: replaces === undefined ? address : withReplaces(address, replaces),
    copyControl: hidden ? "bcc" : "to",
    ...(anonymous ? { anonymize: true } : {}),
  };
}

/** The session with him, as we see it, is to give way to that of the group. D-08, RFC 3891 §3 */
function withReplaces(address: string, { dialog }: Call): string {
  const uri = parseUri(address);
  if (uri.kind !== "sip") return address;
  const { callId, localTag, remoteTag } = dialog.id;
  const params = Params.of(["to-tag", remoteTag], ["from-tag", localTag]);
  const [value = ""] = Replaces.write({ callId, params });
  return formatUri({ ...uri, headers: [["Replaces", value]] });
}
