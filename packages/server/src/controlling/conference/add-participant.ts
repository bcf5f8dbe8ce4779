/** Controlling function: somebody is asked to come while the session runs. Clause 7.7, RFC 4579 §5.5 */
import { commonTypes } from "@parlance/formats";
import type { Referred, Report } from "../../referral/index.ts";
import { invitedBy } from "./begin-round.ts";
import type { Conference } from "./conference.ts";
import { guest, type Hosting, rightsFor } from "./hosting.ts";
import type { Participant } from "./participant.ts";

export interface Adding {
  readonly target: Referred;
  readonly by: Participant;
  readonly report: Report;
}

export function addParticipant(
  { target, by, report }: Adding,
  conference: Conference,
  on: Hosting,
): void {
  const known = conference.people.named(target.text);
  if (known?.state === "present" && !known.awaited) return report(200); // he is in already
  const miss = (status: number): void => {
    report(status);
    conference.roster.miss(target.uri, by.address, status);
  };
  if (conference.people.hides(target.text)) return miss(480); // as if he were nowhere: nobody is to learn who he is
  // Whoever was sent away comes back only by the word of one who may send away.
  const may = known?.state !== "expelled" || rightsFor(by.originator, conference, on).expel;
  const participant = may ? guest({ uri: target.text }, conference, on) : undefined;
  if (participant === undefined) return miss(may ? 400 : 403);
  report(100);
  const invited = invitedBy(by, by.originator, conference, undefined);
  const types = commonTypes(conference.terms.media.types, ["*"]);
  conference.inviting
    .invite(
      participant,
      { ...invited, replaces: undefined },
      { types, toldTo: by.address, done: report },
    )
    .begin();
}
