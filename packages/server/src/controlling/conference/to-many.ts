/** Controlling function: one large message, or files, for a list or a pre-defined group. IM-9.3, clauses 12.5, 13.3 */
import type { Cpim } from "@parlance/formats";
import {
  ANONYMOUS_NAME,
  bareAddress,
  because,
  type GroupRights,
  groupSupports,
  isRefusal,
  type Refusal,
  refuse,
} from "@parlance/im";
import { From, Params, parseUri, ReferredBy, Require } from "@parlance/sip";
import { keyOf } from "../../address-key.ts";
import type { CopyForm, ForMany, Originator, Spreading, Verdict } from "../../ports/index.ts";
import { collectReports } from "../collect-reports.ts";
import type { Group } from "../model.ts";
import { READER } from "../reader.ts";
import { commonChanges } from "../template.ts";
import { type Ask, unknownExtension } from "./ask.ts";
import { type Hosting, mayBeOpen, rightsFor } from "./hosting.ts";
import { type InvitationList, readInvitationList } from "./invitation-list.ts";

export interface ToManyFacts {
  readonly ask: Pick<
    Ask,
    "isOurs" | "contactIsFocus" | "originator" | "unknownExtensions" | "offer"
  >;
  /** In the order of the checks, what speaks against it at its target; undefined: nothing. */
  readonly objection: Refusal | undefined;
  readonly mayHide: boolean;
  readonly recipients: readonly string[] | Refusal;
}

export type ToManyJudgement =
  | Refusal
  | {
      readonly kind: "spread";
      readonly originator: Originator;
      readonly recipients: readonly string[];
    };

/** The checks of 7.2 and 7.3, in their order. */
export function judgeToMany(facts: ToManyFacts): ToManyJudgement {
  const { ask, recipients } = facts;
  const { originator, offer } = ask;
  if (!ask.isOurs) return refuse("no feature tag");
  if (ask.contactIsFocus) return refuse("already focus");
  if (originator === undefined) return refuse("not authenticated");
  if (facts.objection !== undefined) return facts.objection;
  if (originator.anonymous && !facts.mayHide) return refuse("no anonymity"); // IM-9.1.1.1-N1
  const unknown = unknownExtension(ask);
  if (unknown !== undefined) return unknown;
  if (isRefusal(offer)) return offer;
  if (isRefusal(recipients)) return recipients;
  return recipients.length === 0 ? refuse("no list") : { kind: "spread", originator, recipients };
}

export function toGroup(ask: Ask, group: Group, spreading: Spreading, on: Hosting): Verdict {
  const { originator } = ask;
  const own = new Set(originator === undefined ? [] : identitiesOf(originator));
  const rights = originator && rightsFor(originator, { group, creator: "" }, on);
  const judgement = judgeToMany({
    ask,
    objection: objectionOf(ask, group, rights, on),
    mayHide: rights?.anonymity === true,
    recipients: group.members.filter((uri) => !own.has(keyOf(uri))),
  });
  if (isRefusal(judgement)) return { do: "refuse", refusal: judgement };
  const { identity } = group;
  return spread(ask, { ...judgement, to: identity, group: identity }, spreading, on);
}

export function toList(ask: Ask, spreading: Spreading, on: Hosting): Verdict {
  const { originator, passage } = ask;
  const { adHocAnonymity, factory, limits } = on.options;
  const own = originator === undefined ? [] : identitiesOf(originator);
  const provisioned = originator?.user?.disabled === false;
  const list = readInvitationList(passage, own, limits.recipients);
  const judgement = judgeToMany({
    ask,
    objection: provisioned ? undefined : refuse("not provisioned"),
    mayHide: adHocAnonymity,
    recipients: uris(list),
  });
  if (isRefusal(judgement)) return { do: "refuse", refusal: judgement };
  return spread(ask, { ...judgement, to: factory, group: undefined }, spreading, on);
}

interface Spread {
  readonly originator: Originator;
  readonly recipients: readonly string[];
  /** The group, or the factory. */
  readonly to: string;
  readonly group: string | undefined;
}

function spread({ passage }: Ask, what: Spread, spreading: Spreading, on: Hosting): Verdict {
  const { originator, recipients, to, group } = what;
  const { request } = passage;
  const { random, collection } = on.ports;
  const many: ForMany = {
    recipients,
    to,
    readdress: group === undefined,
    reported: true,
    async form(cpim: Cpim | undefined): Promise<CopyForm> {
      const copied = cpim && { request, originator, recipients, cpim };
      const collected = copied && (await collectReports(copied, collection, random));
      const { shownAuthor } = collected ?? {};
      const { name, uri } =
        shownAuthor === undefined
          ? request.from
          : { name: ANONYMOUS_NAME, uri: parseUri(shownAuthor) };
      const wishes = { reportRoute: collected?.route, shownAuthor, group };
      return {
        edit(copy) {
          copy.set(From, { name, uri, params: Params.none }).remove(Require);
          if (group === undefined) copy.remove(ReferredBy);
          else copy.set(ReferredBy, { name: undefined, uri: parseUri(group), params: Params.none });
        },
        changes: cpim === undefined ? {} : commonChanges(cpim, wishes, bareAddress(uri)),
      };
    },
  };
  return spreading.spread(passage, many);
}

function objectionOf(
  { purpose }: Ask,
  group: Group,
  rights: GroupRights | undefined,
  on: Hosting,
): Refusal | undefined {
  const { notUnderstood } = group.document.group;
  const may = rights?.initiate === true && notUnderstood.length === 0 && mayBeOpen(group, on);
  if (!may) return refuse("no initiation");
  if (!rights.write) return because(refuse("access denied"), READER);
  const takes =
    purpose === "file" ? groupSupports(group.document.group, "file-transfer") : group.pagerMessages;
  return takes ? undefined : refuse("no pager messages");
}

function uris(list: InvitationList): readonly string[] | Refusal {
  if (list === "missing") return refuse("no list"); // RFC 5363 §4.1
  if (list === "not valid") return refuse("bad list");
  if (list === "too many") return refuse("list too long");
  return "kind" in list ? list : list.map(({ uri }) => uri);
}

function identitiesOf({ address, user }: Originator): readonly string[] {
  return [address, ...(user?.identities ?? [])];
}
