/** A device is let in: 200 with an answer, a leg of the room, and the others hear of it. IM-7.2.1.3-09a to IM-7.2.1.3-09e */
import type { IncomingCall, IncomingOwner } from "@parlance/sip";
import type { SessionMedia } from "../../media/index.ts";
import type { Originator, Towards, Verdict } from "../../ports/index.ts";
import type { Ask } from "./ask.ts";
import type { Conference } from "./conference.ts";
import type { Device } from "./device.ts";
import { comer, type Hosting } from "./hosting.ts";
import type { ParticipantDevice } from "./model.ts";
import type { Participant } from "./participant.ts";

/** An INVITE with which nothing is wrong. */
export interface Welcome extends Ask {
  readonly originator: Originator;
  readonly offer: SessionMedia;
}

export const TAKEN: Verdict = { do: "taken" };

/** At once. */
export function admit(ask: Welcome, conference: Conference, on: Hosting): Verdict {
  const { offer, contact, instance, originator } = ask;
  const known = conference.people.get(originator.address);
  const before = known && sameDevice(known, contact, instance);
  const taken = take(ask, conference, on);
  if (taken === undefined) return TAKEN; // it has its answer
  const { incoming, device, towards } = taken;
  if (!conference.attendance.accept(device, { incoming, offer, towards })) return TAKEN;
  before?.end("replaced by the same device"); // clause 7.5
  conference.inviting.uninvite(device.participant); // D-10
  const { round } = conference.inviting;
  if (round !== undefined && round.device.participant !== device.participant) {
    round.first(offer.media); // D-10
  }
  return TAKEN;
}

/** The device of this participant that is the same as the one that comes. Clause 7.5 */
function sameDevice(
  { devices }: Participant,
  contact: string,
  instance: string | undefined,
): ParticipantDevice | undefined {
  return [...devices].find((device) =>
    instance === undefined ? device.contact === contact : device.instance === instance,
  );
}

export interface Taken {
  readonly device: Device;
  readonly incoming: IncomingCall;
  readonly towards: Towards;
}

/** Its INVITE is ours to answer, now or later; undefined when it has been answered. */
export function take(ask: Welcome, conference: Conference, on: Hosting): Taken | undefined {
  const { passage, contact, instance, name, originator } = ask;
  const { flow } = passage;
  if (flow === undefined) throw new Error("only clients come in");
  const towards = { key: flow.id, transport: flow.transport, local: flow.local, tagged: true };
  const participant = comer(originator, name, conference, on);
  const of = { contact, instance, byMessage: ask.byMessage };
  const device = conference.attendance.newDevice(participant, towards, of);
  device.subject = passage.request.text("Subject");
  const owner: IncomingOwner = {
    ...device.owner,
    cancelled: () => conference.inviting.givenUp(device),
  };
  const incoming = on.ports.calls.invited(passage, owner, device.face);
  if (incoming !== undefined) return { device, incoming, towards };
  conference.attendance.forget(device);
  return undefined;
}
