/** Controlling function: a session with those whom the INVITE lists. IM-7.2.1.2, RFC 5366 */
import { isRefusal, type Refusal, refuse } from "@parlance/im";
import { Subject } from "@parlance/sip";
import { keyOf } from "../../address-key.ts";
import type { SessionMedia } from "../../media/index.ts";
import type { Originator, Verdict } from "../../ports/index.ts";
import { TAKEN, take, type Welcome } from "./admit.ts";
import { type Ask, unknownExtension } from "./ask.ts";
import { type Asked, beginRound } from "./begin-round.ts";
import type { Conference } from "./conference.ts";
import { guest, type Hosting, isBusy, open } from "./hosting.ts";
import { type InvitationList, type Listed, readInvitationList } from "./invitation-list.ts";
import { historyPart } from "./invitation-request.ts";

export interface AdHocFacts {
  readonly ask: Pick<
    Ask,
    "isOurs" | "contactIsFocus" | "originator" | "unknownExtensions" | "offer"
  >;
  /** The Request-URI is a factory of this server. */
  readonly isFactory: boolean;
  readonly mayHide: boolean;
  readonly list: InvitationList;
  /** How many may be in, whoever invites among them. */
  readonly most: number;
  /** He is in as many sessions as one may be. */
  readonly busy: boolean;
  readonly overloaded: boolean;
}

export interface AdHoc {
  readonly kind: "set up";
  readonly originator: Originator;
  readonly offer: SessionMedia;
  readonly list: readonly Listed[];
}

/** In the order of system.md 7.2. */
export function judgeAdHoc(facts: AdHocFacts): Refusal | AdHoc {
  const { ask, list } = facts;
  const { originator, offer } = ask;
  if (!ask.isOurs) return refuse("no feature tag");
  if (!facts.isFactory) return refuse("no such conference");
  if (ask.contactIsFocus) return refuse("already focus");
  if (originator === undefined) return refuse("not authenticated");
  if (originator.user === undefined || originator.user.disabled) return refuse("not provisioned"); // clause 16.4
  if (originator.anonymous && !facts.mayHide) return refuse("no anonymity");
  const unknown = unknownExtension(ask);
  if (unknown !== undefined) return unknown;
  if (isRefusal(offer)) return offer;
  if (list === "missing") return refuse("no list"); // RFC 5363 §4.1
  if (list === "not valid") return refuse("bad list");
  if (list === "too many") return refuse("list too long");
  if ("kind" in list) return list;
  if (list.length + 1 > facts.most) return refuse("list too long");
  if (facts.busy) return refuse("too many sessions");
  if (facts.overloaded) return refuse("overload", [["Retry-After", "60"]]);
  return { kind: "set up", originator, offer, list };
}

export function setUpAdHocGroup(ask: Ask, on: Hosting): Verdict {
  const { registry, options, ports } = on;
  const { originator, passage } = ask;
  const own = originator === undefined ? [] : identitiesOf(originator);
  const { adHocParticipants, participants } = options.limits;
  const most = Math.min(adHocParticipants, participants);
  const judgement = judgeAdHoc({
    ask,
    isFactory: true, // else it would have gone elsewhere
    mayHide: options.adHocAnonymity,
    list: readInvitationList(passage, own, 2 * most),
    most,
    busy: isBusy(originator, on),
    overloaded: registry.full,
  });
  if (judgement.kind === "refusal") {
    if (judgement.condition === "list too long") ports.hits.hit("adHocParticipants");
    return { do: "refuse", refusal: judgement };
  }
  const { address } = judgement.originator;
  const subject = passage.request.text(Subject);
  const conference = open({ kind: "ad-hoc", group: undefined, creator: address, subject }, on);
  const welcome: Welcome = { ...ask, ...judgement };
  const taken = take(welcome, conference, on);
  if (taken === undefined) {
    conference.close();
    return TAKEN;
  }
  const guests = guestsOf(judgement.list, own, conference, on);
  const history = historyPart(judgement.list);
  beginRound({ ask: welcome, taken, guests, history }, conference);
  return TAKEN;
}

/** A group of this server stands for its members; of others it is not known that they are groups. Clause 7.2 */
function guestsOf(
  list: readonly Listed[],
  own: readonly string[],
  conference: Conference,
  on: Hosting,
): readonly Asked[] {
  const guests = new Map<string, Asked>();
  for (const one of list) {
    const group = on.ports.groups.find(one.address);
    const hidden = one.copyControl === "bcc";
    const { anonymize, replaces } = one;
    const entries = group?.document.group.entries ?? [one];
    for (const { uri, displayName } of entries) {
      const address = keyOf(uri);
      const most = guests.size + 1 >= conference.limit;
      if (most || guests.has(address) || own.includes(address)) continue;
      const participant = guest({ uri, displayName, anonymize, hidden }, conference, on);
      if (participant !== undefined) guests.set(address, { participant, replaces });
    }
  }
  return [...guests.values()];
}

function identitiesOf({ address, user }: Originator): readonly string[] {
  return [address, ...(user?.identities ?? [])];
}
