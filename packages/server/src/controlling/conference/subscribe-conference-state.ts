/** Controlling function: somebody wants to know who is in a session. Clause 10.1, RFC 4575 §3 */
import { type GroupRights, type Refusal, refuse } from "@parlance/im";
import { Event } from "@parlance/sip";
import type { Originator, Passage, Verdict, Watched } from "../../ports/index.ts";
import type { Conference } from "./conference.ts";
import { Device } from "./device.ts";
import { focusContact } from "./focus-face.ts";
import { type Hosting, rightsFor } from "./hosting.ts";
import type { Participant } from "./participant.ts";
import { CONFERENCE_PACKAGE } from "./roster.ts";

export interface StateFacts {
  /** The package is ours. */
  readonly isConference: boolean;
  /** There is an active session of that name. */
  readonly exists: boolean;
  readonly originator: Originator | undefined;
  readonly participates: boolean;
  readonly rights: GroupRights | undefined;
}

/** Items 1 to 3; the rest, and 200, is for whoever keeps subscriptions. */
export function judgeSubscription(facts: StateFacts): Refusal | undefined {
  if (!facts.isConference) return refuse("bad event", [["Allow-Events", "conference, refer"]]);
  if (!facts.exists) return refuse("no such conference");
  if (facts.originator === undefined) return refuse("not authenticated");
  const may = facts.participates || facts.rights?.seeState === true;
  return may ? undefined : refuse("no conference state");
}

export function subscribeConferenceState(
  passage: Passage,
  conference: Conference | undefined,
  on: Hosting,
): Verdict {
  const { request, originator } = passage;
  const participant = originator && conference?.people.get(originator.address);
  const refusal = judgeSubscription({
    isConference: request.get(Event)?.value === CONFERENCE_PACKAGE.name,
    exists: conference !== undefined && !conference.over,
    originator,
    participates: isIn(participant),
    rights: conference && originator && rightsFor(originator, conference, on),
  });
  if (refusal !== undefined) return { do: "refuse", refusal };
  if (conference === undefined || originator === undefined) throw new Error("judged otherwise");
  return on.ports.notifier.subscribe(passage, watchedBy(originator, conference, on));
}

function watchedBy(originator: Originator, conference: Conference, on: Hosting): Watched {
  const { calls } = on.ports;
  const viewer = {
    address: originator.address,
    /** Appendix M: of who takes part by now, and was not there before. */
    get entity() {
      return conference.people.get(originator.address)?.entity;
    },
    get byPhone() {
      const { devices = [] } = conference.people.get(originator.address) ?? {};
      return [...devices].some((one) => one instanceof Device && one.byMessage);
    },
    get allowed() {
      const participant = conference.people.get(originator.address);
      return isIn(participant) || rightsFor(originator, conference, on).seeState;
    },
  };
  return {
    name: conference.identity,
    package: CONFERENCE_PACKAGE,
    contact: (towards) => focusContact(calls, towards, conference.user),
    watch: (watch) => conference.roster.watch(watch, viewer),
  };
}

/** Or on his way in. */
function isIn(participant: Participant | undefined): boolean {
  return participant?.state === "present";
}
