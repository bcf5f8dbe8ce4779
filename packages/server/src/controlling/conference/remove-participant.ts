/** Controlling function: a participant is removed, with all his devices. IM-7.2.1.9 */
import type { DisconnectionMethod } from "@parlance/formats";
import type { Participant } from "./participant.ts";

/**
 * BYE to each of his devices. Their legs of the room go at once: nobody has to wait for the answer of one who is
 * sent away, and a BYE without an answer changes nothing. The others are told by what follows the end of a call.
 * IM-7.2.1.9-02, IM-7.2.1.9-03, IM-7.2.1.9-K1, IM-7.2.1.9-K2
 */
export function removeParticipant(
  { devices }: Participant,
  text: string,
  method: DisconnectionMethod,
): void {
  for (const device of devices) device.end(text, { method });
}
