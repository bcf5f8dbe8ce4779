/** Controlling function: a session of a pre-defined group is set up, or joined while it runs. IM-7.2.1.3 */
import { type GroupRights, isRefusal, type Refusal, refuse } from "@parlance/im";
import { keyOf } from "../../address-key.ts";
import type { Verdict } from "../../ports/index.ts";
import type { Group } from "../model.ts";
import { admit, TAKEN, take, type Welcome } from "./admit.ts";
import { type Ask, unknownExtension } from "./ask.ts";
import { beginRound } from "./begin-round.ts";
import { guest, type Hosting, isBusy, mayBeOpen, open, rightsFor } from "./hosting.ts";
import { isLockedOut, type JoinFacts, type Joining, standingOf } from "./join-predefined-group.ts";

/** The clause step by step; the order of the checks is the order of the answers. */
export function judgeSetUp(facts: JoinFacts): Refusal | Joining {
  const { ask, group, rights, standing } = facts;
  const { originator, offer } = ask;
  if (!ask.isOurs) return refuse("no feature tag"); // IM-7.2.1.3-01
  if (group === undefined) return refuse("no such conference"); // IM-7.2.1.3-02
  if (ask.contactIsFocus) return refuse("already focus"); // IM-7.2.1.3-03
  if (originator === undefined || rights === undefined) return refuse("not authenticated"); // IM-7.2.1.3-04
  if (!rights.initiate) return refuse("no initiation"); // IM-7.2.1.3-04
  if (!rights.join || standing.expelled) return refuse("no joining"); // IM-7.2.1.3-05
  if (isLockedOut(facts)) return refuse("locked");
  if (originator.anonymous && (!rights.anonymity || standing.named)) return refuse("no anonymity"); // IM-7.2.1.3-06, IM-7.1.1.1-N1
  const unknown = unknownExtension(ask);
  if (unknown !== undefined) return unknown;
  if (isRefusal(offer)) return offer; // IM-7.2.1.3-07
  if (facts.full && !standing.inside) return refuse("conference full"); // clause 16.5
  if (facts.busy && !standing.inside) return refuse("too many sessions");
  if (group.document.group.notUnderstood.length > 0) return refuse("no initiation");
  if (!facts.open) return refuse("no initiation");
  if (!facts.active && facts.overloaded) return refuse("overload", [["Retry-After", "60"]]);
  return { kind: "join", originator, offer };
}

export function setUpPredefinedGroup(ask: Ask, group: Group, on: Hosting): Verdict {
  const live = on.registry.ofGroup(group.identity);
  const { originator } = ask;
  const rights: GroupRights | undefined =
    originator && rightsFor(originator, { group, creator: "" }, on);
  const judgement = judgeSetUp({
    ask,
    group,
    rights,
    standing: standingOf(originator, live),
    full: live?.full === true,
    busy: isBusy(originator, on),
    active: live !== undefined,
    locked: live?.locked === true,
    open: mayBeOpen(group, on),
    overloaded: on.registry.full,
  });
  if (judgement.kind === "refusal") return { do: "refuse", refusal: judgement };
  const welcome: Welcome = { ...ask, ...judgement };
  // IM-7.2.1.3-09a, IM-7.2.1.3-09b, IM-7.2.1.3-09b-i, IM-7.2.1.3-09c, IM-7.2.1.3-09d, IM-7.2.1.3-09e
  if (live !== undefined) return admit(welcome, live, on);
  return begin(welcome, group, on); // IM-7.2.1.3-08a, IM-7.2.1.3-08b
}

function begin(ask: Welcome, group: Group, on: Hosting): Verdict {
  const { address } = ask.originator;
  const conference = open({ kind: "pre-defined", group, creator: address, subject: undefined }, on);
  const taken = take(ask, conference, on);
  if (taken === undefined) {
    conference.close();
    return TAKEN;
  }
  const own = new Set([address, ...(ask.originator.user?.identities ?? [])]);
  const members = group.document.group.entries.filter(({ uri }) => !own.has(keyOf(uri)));
  const guests = members.flatMap((member) => {
    const participant = guest(member, conference, on);
    return participant === undefined ? [] : [{ participant }];
  });
  beginRound({ ask, taken, guests, history: undefined }, conference);
  return TAKEN;
}
