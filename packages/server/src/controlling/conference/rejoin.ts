/** Controlling function: somebody comes back by the identity of the session. IM-7.2.1.5 */
import { type GroupRights, isRefusal, type Refusal, refuse } from "@parlance/im";
import type { Verdict } from "../../ports/index.ts";
import { admit } from "./admit.ts";
import { type Ask, unknownExtension } from "./ask.ts";
import type { Conference } from "./conference.ts";
import { type Hosting, isBusy, rightsFor } from "./hosting.ts";
import { isLockedOut, type Joining, type Standing, standingOf } from "./join-predefined-group.ts";

export interface RejoinFacts {
  readonly ask: Pick<
    Ask,
    "isOurs" | "contactIsFocus" | "originator" | "unknownExtensions" | "offer"
  >;
  /** There is such a session. */
  readonly exists: boolean;
  /** He is, was, or was asked to be in it. */
  readonly known: boolean;
  readonly standing: Standing;
  readonly rights: GroupRights | undefined;
  readonly full: boolean;
  /** Nobody new is let in. */
  readonly locked: boolean;
  /** He is in as many sessions as one may be. */
  readonly busy: boolean;
}

/** Its items 1 to 7, as system.md 7.5 orders them. */
export function judgeRejoin(facts: RejoinFacts): Refusal | Joining {
  const { ask, rights, standing } = facts;
  const { originator, offer } = ask;
  if (!ask.isOurs) return refuse("no feature tag");
  if (!facts.exists) return refuse("no such conference");
  if (ask.contactIsFocus) return refuse("already focus");
  if (originator === undefined || rights === undefined) return refuse("not authenticated");
  if (standing.expelled || !(facts.known || rights.join)) return refuse("no joining");
  if (isLockedOut(facts)) return refuse("locked");
  if (originator.anonymous && (!rights.anonymity || standing.named)) return refuse("no anonymity");
  if (facts.full && !standing.inside) return refuse("conference full");
  if (facts.busy && !standing.inside) return refuse("too many sessions");
  const unknown = unknownExtension(ask);
  if (unknown !== undefined) return unknown;
  return isRefusal(offer) ? offer : { kind: "join", originator, offer };
}

export function rejoin(ask: Ask, conference: Conference, on: Hosting): Verdict {
  const { originator } = ask;
  const judgement = judgeRejoin({
    ask,
    exists: !conference.over,
    known: originator !== undefined && conference.people.has(originator.address),
    standing: standingOf(originator, conference),
    rights: originator && rightsFor(originator, conference, on),
    full: conference.full,
    locked: conference.locked,
    busy: isBusy(originator, on),
  });
  if (judgement.kind === "refusal") return { do: "refuse", refusal: judgement };
  return admit({ ...ask, ...judgement }, conference, on); // IM-7.2.1.5-08, IM-7.2.1.5-09
}
