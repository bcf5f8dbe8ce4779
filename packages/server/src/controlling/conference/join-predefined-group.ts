/** Controlling function: somebody joins a chat room. IM-7.2.1.4 */
import { type GroupRights, isRefusal, type Refusal, refuse } from "@parlance/im";
import type { SessionMedia } from "../../media/index.ts";
import type { Originator, Verdict } from "../../ports/index.ts";
import type { Group } from "../model.ts";
import { admit } from "./admit.ts";
import { type Ask, unknownExtension } from "./ask.ts";
import type { Conference } from "./conference.ts";
import { type Hosting, isBusy, mayBeOpen, open, rightsFor } from "./hosting.ts";

export interface JoinFacts {
  readonly ask: Pick<
    Ask,
    "isOurs" | "contactIsFocus" | "originator" | "unknownExtensions" | "offer"
  >;
  readonly group: Group | undefined;
  readonly rights: GroupRights | undefined;
  /** What is known of him in the session that there is. */
  readonly standing: Standing;
  /** There is no room for one more. */
  readonly full: boolean;
  /** He is in as many sessions as one may be. */
  readonly busy: boolean;
  /** The session runs already. */
  readonly active: boolean;
  /** Nobody new is let in. */
  readonly locked: boolean;
  /** Its schedule lets it run. */
  readonly open: boolean;
  /** The server holds as many sessions as it can. */
  readonly overloaded: boolean;
}

/** `named`: the others know him by his address, so that he can hide no more. */
export interface Standing {
  readonly inside: boolean;
  readonly expelled: boolean;
  readonly named: boolean;
  /** He is in, was lost, or has been asked to come: a lock does not keep him out. */
  readonly expected: boolean;
}

export interface Joining {
  readonly kind: "join";
  readonly originator: Originator;
  readonly offer: SessionMedia;
}

/** The clause step by step. Its items 1 to 5 are those of 7.2.1.3, as system.md 7.4 orders them. */
export function judgeJoin(facts: JoinFacts): Refusal | Joining {
  const { ask, group, rights, standing } = facts;
  const { originator, offer } = ask;
  if (!ask.isOurs) return refuse("no feature tag"); // as IM-7.2.1.3-01
  if (group === undefined) return refuse("no such conference"); // as IM-7.2.1.3-02
  if (ask.contactIsFocus) return refuse("already focus"); // as IM-7.2.1.3-03
  if (originator === undefined || rights === undefined) return refuse("not authenticated");
  if (!rights.join || standing.expelled) return refuse("no joining"); // as IM-7.2.1.3-05
  if (isLockedOut(facts)) return refuse("locked");
  if (originator.anonymous && (!rights.anonymity || standing.named)) return refuse("no anonymity"); // as IM-7.2.1.3-06
  const unknown = unknownExtension(ask);
  if (unknown !== undefined) return unknown;
  if (isRefusal(offer)) return offer; // IM-7.2.1.4-06
  if (facts.full && !standing.inside) return refuse("conference full"); // clause 16.5
  if (facts.busy && !standing.inside) return refuse("too many sessions");
  if (!facts.active) {
    // IM-7.2.1.4-07, IM-7.2.1.4-07a
    if (!rights.initiate || !facts.open) return refuse("no initiation");
    if (group.document.group.notUnderstood.length > 0) return refuse("no initiation");
    if (facts.overloaded) return refuse("overload", [["Retry-After", "60"]]);
  }
  return { kind: "join", originator, offer };
}

export function joinPredefinedGroup(ask: Ask, group: Group, on: Hosting): Verdict {
  const { registry } = on;
  const live = registry.ofGroup(group.identity);
  const { originator } = ask;
  const judgement = judgeJoin({
    ask,
    group,
    rights: originator && rightsFor(originator, { group, creator: "" }, on),
    standing: standingOf(originator, live),
    full: live?.full === true,
    busy: isBusy(originator, on),
    active: live !== undefined,
    locked: live?.locked === true,
    open: mayBeOpen(group, on),
    overloaded: registry.full,
  });
  if (judgement.kind === "refusal") return { do: "refuse", refusal: judgement };
  const conference =
    live ??
    open(
      {
        kind: "chat room",
        group,
        creator: judgement.originator.address,
        subject: undefined, // that of the group
      },
      on,
    ); // IM-7.2.1.4-07, IM-7.2.1.4-07b: nobody is invited, so that it goes on as if it had been there
  // IM-7.2.1.4-08, IM-7.2.1.4-08a, IM-7.2.1.4-08a-i, IM-7.2.1.4-09, IM-7.2.1.4-10, IM-7.2.1.4-11, IM-7.2.1.4-12
  return admit({ ...ask, ...judgement }, conference, on);
}

/** Whoever moderates comes in all the same. */
export function isLockedOut({
  locked,
  standing,
  rights,
}: Pick<JoinFacts, "locked" | "standing" | "rights">): boolean {
  return locked && !standing.expected && rights?.expel !== true;
}

export function standingOf(
  originator: Originator | undefined,
  conference: Conference | undefined,
): Standing {
  const known = originator === undefined ? undefined : conference?.people.get(originator.address);
  return {
    inside: known?.state === "present",
    expelled: known?.state === "expelled",
    named: known !== undefined && known.state !== "invited" && !known.appearance.anonymous,
    expected: known?.state === "present" || known?.state === "invited" || known?.lost === true,
  };
}
