/** A phone that holds no sessions comes into a chat room by writing to it, and leaves it by a word. compat.pagerInterworking */
import type { Refusal } from "@parlance/im";
import { refuse } from "@parlance/im";
import type { Originator } from "../../ports/index.ts";
import type { Group } from "../model.ts";
import type { Conference } from "./conference.ts";
import { comer, type Hosting, mayBeOpen, open, rightsFor } from "./hosting.ts";
import { isLockedOut, standingOf } from "./join-predefined-group.ts";
import type { Participant } from "./participant.ts";

/** What takes the writer out of the room again. */
export const LEAVE = /^\s*\/leave\s*$/i;

/** Who may come in by INVITE may come in so. */
export function joinByMessage(
  originator: Originator,
  name: string | undefined,
  group: Group,
  on: Hosting,
): { readonly participant: Participant; readonly conference: Conference } | Refusal {
  const live = on.registry.ofGroup(group.identity);
  const rights = rightsFor(originator, { group, creator: "" }, on);
  const standing = standingOf(originator, live);
  if (!rights.join || standing.expelled) return refuse("no joining");
  if (originator.anonymous && (!rights.anonymity || standing.named)) return refuse("no anonymity");
  if (isLockedOut({ locked: live?.locked === true, standing, rights })) return refuse("locked");
  if (live?.full === true) return refuse("conference full");
  if (live === undefined) {
    if (!rights.initiate || !mayBeOpen(group, on)) return refuse("no initiation");
    if (on.registry.full) return refuse("overload", [["Retry-After", "60"]]);
  }
  const { address } = originator;
  const facts = { kind: "chat room", group, creator: address, subject: undefined } as const;
  const conference = live ?? open(facts, on);
  const participant = comer(originator, name, conference, on);
  conference.know(participant);
  conference.attendance.phone(participant);
  return { participant, conference };
}
