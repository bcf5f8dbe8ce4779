/** Controlling function: a device is offered other media than it has. IM-7.2.2.6 */
import type { ParticipantDevice } from "./model.ts";
import type { RoomMedia } from "./room-media.ts";

/** False, and everything as it was, when the device does not want it. IM-7.2.2.6-P1 */
export async function modifyDevice(device: ParticipantDevice, media: RoomMedia): Promise<boolean> {
  const offer = device.offer(media); // IM-7.2.2.6-02
  const { call } = device;
  if (offer === undefined || call === undefined) return false;
  // UPDATE where the other side has shown that it knows it. IM-7.2.2.6-01, IM-7.2.2.6-01a, IM-7.2.2.6-03
  const outcome = await call.offer(offer);
  if (outcome.kind !== "answered") return false; // IM-7.2.2.6-Q1
  return device.agree(offer, outcome.answer) !== undefined; // IM-7.2.2.6-K1
}
