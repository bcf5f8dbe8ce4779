/** Controlling function: a device offers other media in its session. IM-7.2.1.6 */
import type { Offer } from "@parlance/sip";
import { readOfferedMedia } from "../../media/index.ts";
import type { Conference } from "./conference.ts";
import type { Device } from "./device.ts";
import { changeSubject, mayBeSubject } from "./moderate.ts";
import { modifyDevice } from "./modify-device.ts";
import { wrapsMessages } from "./room-media.ts";

export interface Modification {
  readonly device: Device;
  readonly offer: Offer;
  /** The others are offered what this one newly takes. IM-7.2.1.6-N1 */
  readonly propagate: boolean;
}

/** By UPDATE or re-INVITE; collisions are met below, with 491. IM-7.2.1.6-P1 */
export function modifySession(
  { device, offer, propagate }: Modification,
  conference: Conference,
): void {
  if (!saysSubject(device, offer, conference)) return offer.refuse(403);
  if (device.byMessage) return offer.body === undefined ? offer.accept({}) : offer.refuse(488);
  if (offer.body === undefined) {
    // Whoever asks for an offer gets what he has.
    const { told } = device;
    return told === undefined ? offer.refuse(488) : offer.accept({ body: told });
  }
  const said = readOfferedMedia(offer.body);
  const usable = typeof said !== "string" && wrapsMessages(said.media);
  const body = usable ? device.answer(said, conference.terms.media) : undefined; // IM-7.2.1.6-02, IM-7.2.1.6-03a
  if (body === undefined) return offer.refuse(488); // IM-7.2.1.6-01
  offer.accept({ body }); // IM-7.2.1.6-03b
  if (!propagate || !usable) return;
  conference.terms.takes(said.media);
  for (const other of conference.devices) {
    if (other !== device) void modifyDevice(other, conference.terms.media); // IM-7.2.1.6-N1
  }
}

/** Some phones say in a re-INVITE what the session is to be about. False: it is not for them to say. */
function saysSubject(device: Device, { message }: Offer, conference: Conference): boolean {
  const said = message.text("Subject");
  // A refresh says once more what was said when the session began.
  if (said === undefined || said === device.subject) return true;
  if (said !== conference.subject) {
    if (!device.participant.rights.expel || !mayBeSubject(said)) return false;
    changeSubject(said, conference);
  }
  device.subject = said;
  return true;
}
