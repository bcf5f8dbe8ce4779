/** Controlling function: somebody is sent away, and does not come back. Clause 7.12, RFC 4579 §5.11 */

import type { Referred } from "../../referral/index.ts";
import type { Conference } from "./conference.ts";
import type { Participant } from "./participant.ts";
import { removeParticipant } from "./remove-participant.ts";

/** The status that whoever asked is told. */
export function expelParticipant({ text }: Referred, conference: Conference): number {
  const participant = conference.people.named(text);
  if (participant === undefined) return 404;
  if (participant.state === "gone" && !participant.lost) return 404;
  expel(participant, conference);
  return 200;
}

/** Until the session ends, or the document of its group lets him in anew. */
export function expel(participant: Participant, conference: Conference): void {
  if (participant.state === "expelled") return;
  const { state } = participant;
  participant.state = "expelled";
  if (state === "gone") return forgetGone(participant, conference);
  if (state === "invited") conference.inviting.turnAway(participant);
  if (participant.awaited) conference.attendance.miss(participant, "booted");
  removeParticipant(participant, "expelled", "booted");
}

/** He is away, and might have come back: to what he has missed, if he was lost. */
function forgetGone(participant: Participant, { room, people }: Conference): void {
  participant.lost = false;
  room.forget(participant.address);
  people.keep(participant);
}
