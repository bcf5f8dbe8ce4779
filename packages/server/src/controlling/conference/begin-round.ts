/** The inviting user waits while everybody else is asked, all at once. IM-7.2.1.3-08a, clause 7.2.1.2 */
import { commonTypes, type Entity } from "@parlance/formats";
import { displayTextOf } from "@parlance/im";
import { type DialogReference, Params, parseUri, Subject } from "@parlance/sip";
import type { Originator } from "../../ports/index.ts";
import type { Taken, Welcome } from "./admit.ts";
import type { Conference } from "./conference.ts";
import type { Invited } from "./invitation-request.ts";
import type { Participant } from "./participant.ts";
import { wrappedTypesOf } from "./room-media.ts";

export interface Asked {
  readonly participant: Participant;
  /** A session of his that this one takes the place of. Clause 4.6 */
  readonly replaces?: DialogReference | undefined;
}

export interface Round {
  readonly ask: Welcome;
  readonly taken: Taken;
  readonly guests: readonly Asked[];
  readonly history: Entity | undefined;
}

export function beginRound({ ask, taken, guests, history }: Round, conference: Conference): void {
  const { device, incoming } = taken;
  const { offer, originator, passage } = ask;
  conference.know(device.participant);
  conference.changed(device.participant);
  // Whoever has nothing to agree on is in at once.
  if (ask.byMessage) conference.attendance.accept(device, { ...taken, offer });
  const round = ask.byMessage ? undefined : conference.inviting.wait(device, incoming, offer);
  round?.expect(guests.length);
  const types = commonTypes(wrappedTypesOf(offer.media), conference.terms.media.types);
  const invited = invitedBy(
    device.participant,
    originator,
    conference,
    passage.request.text(Subject),
  );
  // Who belongs to a group is asked by the group: that somebody is away is nothing to be told.
  const toldTo = conference.kind === "ad-hoc" ? { toldTo: originator.address } : {};
  const invitations = guests.map(({ participant, replaces }) =>
    conference.inviting.invite(
      participant,
      { ...invited, replaces },
      { history, types, ...toldTo },
    ),
  );
  if (invitations.length === 0) round?.nobody();
  // One after the other may fail at once: all of them are known by now.
  for (const invitation of invitations) invitation.begin();
}

/** What every invitation says of whoever asks, and of the session. D-11 */
export function invitedBy(
  { appearance }: Participant,
  originator: Originator,
  { group, identity, subject: ofGroup }: Conference,
  subject: string | undefined,
): Omit<Invited, "target" | "replaces"> {
  const shown = group && {
    name: group.displayName,
    uri: parseUri(group.identity),
    params: Params.none,
  };
  const { alias, displayName, profileName, anonymous } = appearance;
  const name = anonymous ? displayTextOf(appearance) : (alias ?? displayName ?? profileName);
  const session = parseUri(identity);
  return { by: { originator, name }, group: shown, session, subject: subject ?? ofGroup };
}
