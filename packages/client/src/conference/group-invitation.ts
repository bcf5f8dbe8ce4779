/** Somebody asks the user into a group. OMA IM 5.1, RFC 5364 §4 */
import { parseRecipientList, type SessionBody } from "@parlance/formats";
import { ANONYMOUS_URI, isAnonymousUri } from "@parlance/im";
import {
  addressKey,
  Contact,
  type NameAddr,
  PAssertedIdentity,
  ReferredBy,
  ReplyTo,
  type SipRequest,
} from "@parlance/sip";
import { keyOrText } from "../base/addresses.ts";
import type { Invitation } from "../session/invitation.ts";
import type { InvitationOutcome } from "../session/session-invitation.ts";
import type { Room } from "./room.ts";
import { type Focus, focusAt } from "./room-session.ts";

/** What the INVITE of a focus tells. */
export interface GroupCall {
  readonly focus: Focus;
  /** Address of the group; undefined where there is none but the session. */
  readonly group: string | undefined;
  readonly groupName: string | undefined;
  /** Address of whoever asks. */
  readonly from: string;
  readonly fromName: string | undefined;
  readonly subject: string | undefined;
  /** Addresses of those who are asked as well, as far as one may know. */
  readonly others: readonly string[];
}

const MOST_OTHERS = 1_000;

/** Undefined when it is no INVITE of a focus. `isGroup`: the address is that of a group, and so of no session without one. */
export function readGroupCall(
  { request, subject, others }: Invitation,
  isGroup: (address: string) => boolean,
): GroupCall | undefined {
  const contacts = request.get(Contact);
  const [contact] = contacts === undefined || "star" in contacts ? [] : contacts;
  if (contact === undefined) return undefined;
  const inviter = inviterOf(request);
  const { from } = request;
  const shown = addressKey(from.uri);
  // The group stands in From where it is not whoever asks. D-11
  const ofGroup = !isAnonymousUri(from.uri) && shown !== inviter?.address;
  const group = ofGroup ? shown : undefined;
  const named = ofGroup ? undefined : sessionNamedBy(request, contact);
  const session = named !== undefined && isGroup(named) ? undefined : named;
  return {
    focus: focusAt(contact.uri, group ?? session),
    group,
    groupName: ofGroup ? from.name : undefined,
    from: inviter?.address ?? ANONYMOUS_URI,
    fromName: inviter?.name ?? (ofGroup ? undefined : from.name),
    subject,
    others: listed(others),
  };
}

/** What a session without a group is called by; undefined where the focus says none but its Contact. RFC 3261 §20.31 */
function sessionNamedBy(request: SipRequest, contact: NameAddr): string | undefined {
  const { uri } = request.get(ReplyTo) ?? {};
  if (uri?.kind !== "sip" || contact.uri.kind !== "sip") return undefined;
  // It is the same resource, or somebody else's address.
  return uri.user !== undefined && uri.user === contact.uri.user ? addressKey(uri) : undefined;
}

/** Undefined for one who hides. */
function inviterOf(
  request: SipRequest,
): { readonly address: string; readonly name: string | undefined } | undefined {
  const [asserted] = request.get(PAssertedIdentity) ?? [];
  const inviter: Pick<NameAddr, "name" | "uri"> | undefined = request.get(ReferredBy) ?? asserted;
  return inviter && { address: addressKey(inviter.uri), name: inviter.name };
}

/** RFC 5364 §4: `recipient-list-history` */
function listed(others: SessionBody["others"]): readonly string[] {
  return others.flatMap(({ headers, content }) => {
    const [, disposition = ""] =
      headers.find(([name]) => name.toLowerCase() === "content-disposition") ?? [];
    if (!disposition.toLowerCase().startsWith("recipient-list-history")) return [];
    const read = parseRecipientList(content, { most: MOST_OTHERS });
    return read.ok ? read.recipients.map(({ uri }) => keyOrText(uri)) : [];
  });
}

export interface GroupInvitationPorts {
  readonly accept: (nickname: string | undefined) => Room;
  readonly decline: (status: number) => void;
}

export class GroupInvitation {
  readonly kind = "group";
  /** Address of the group; undefined where one is made for once. */
  readonly group: string | undefined;
  readonly groupName: string | undefined;
  /** Address of whoever asks; an anonymous one when he hides. */
  readonly from: string;
  readonly fromName: string | undefined;
  readonly subject: string | undefined;
  /** Addresses of those who are asked as well, as far as one may know. */
  readonly others: readonly string[];
  /** Resolves once; nothing can be decided afterwards. */
  readonly settled: Promise<InvitationOutcome>;
  readonly #ports: GroupInvitationPorts;
  readonly #settled = Promise.withResolvers<InvitationOutcome>();
  #open = true;

  constructor(call: GroupCall, ports: GroupInvitationPorts) {
    this.group = call.group;
    this.groupName = call.groupName;
    this.from = call.from;
    this.fromName = call.fromName;
    this.subject = call.subject;
    this.others = call.others;
    this.#ports = ports;
    this.settled = this.#settled.promise;
  }

  /** Whether it still waits. */
  get open(): boolean {
    return this.#open;
  }

  /** Undefined when it is too late. */
  accept(options: { readonly nickname?: string } = {}): Room | undefined {
    return this.settle("accepted") ? this.#ports.accept(options.nickname) : undefined;
  }

  /** `busy` says that another time may be better. */
  decline(why: "declined" | "busy" = "declined"): void {
    if (this.settle("declined")) this.#ports.decline(why === "busy" ? 486 : 603);
  }

  /** Only the SDK calls this. False when it was settled before. */
  settle(outcome: InvitationOutcome): boolean {
    if (!this.#open) return false;
    this.#open = false;
    this.#settled.resolve(outcome);
    return true;
  }
}
