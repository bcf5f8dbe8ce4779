/** Rules made ready to be asked many times: identities as keys, times as numbers. */
import {
  type Actions,
  type Condition,
  type Many,
  parseDateTime,
  type Ruleset,
} from "@parlance/formats";
import { domainKey, domainOf, identityKey } from "./identity-key.ts";
import type { InExternalList, RuleFacts } from "./rule-facts.ts";

export interface PreparedRule {
  readonly id: string;
  /** It holds for whom it names, always and whatever they send. */
  readonly namesOnly: boolean;
  readonly actions: Actions;
  /** Whether it names the originator, by identity or by a list: see "other identity". */
  readonly names: (facts: RuleFacts, inList: InExternalList) => boolean;
  readonly conditions: readonly PreparedCondition[];
}

/** `namedElsewhere`: another rule names the originator. */
export type PreparedCondition = (
  facts: RuleFacts,
  inList: InExternalList,
  namedElsewhere: boolean,
) => boolean;

export type PreparedRules = readonly PreparedRule[];

export function prepareRules(ruleset: Ruleset): PreparedRules {
  return ruleset.rules.map(({ id, conditions, actions }) => {
    const prepared = conditions.map(prepare);
    const naming = prepared.filter((_, at) => isNaming(conditions[at]));
    return {
      id,
      namesOnly: naming.length === 1 && conditions.length === 1,
      actions,
      conditions: prepared,
      names: (facts, inList) => naming.some((holds) => holds(facts, inList, false)),
    };
  });
}

/** The lists elsewhere that must be had before these rules can be asked. */
export function anchorsOf(ruleset: Ruleset): readonly string[] {
  const anchors = ruleset.rules.flatMap(({ conditions }) =>
    conditions.flatMap((one) => (one.kind === "external list" ? one.anchors : [])),
  );
  return [...new Set(anchors)];
}

function isNaming(condition: Condition | undefined): boolean {
  return condition?.kind === "identity" || condition?.kind === "external list";
}

function prepare(condition: Condition): PreparedCondition {
  switch (condition.kind) {
    case "identity":
      return prepareIdentity(condition.one, condition.many);
    case "validity": {
      const spans = condition.spans.map(
        ({ from, until }) => [timeOf(from), timeOf(until)] as const,
      );
      return ({ now }) => spans.some(([from, until]) => from <= now && now < until);
    }
    case "external list":
      return ({ identities }, inList) =>
        condition.anchors.some((anchor) => identities.some((one) => inList(anchor, one)));
    case "other identity":
      return ({ identities }, _, namedElsewhere) => identities.length > 0 && !namedElsewhere;
    case "anonymous request":
      return ({ anonymous }) => anonymous;
    case "media list":
      return ({ media }) => isListed(condition, media);
    case "service list":
      return ({ service }) => isListed(condition, service);
    case "list member":
      return ({ listMember }) => listMember;
    case "sphere":
    case "unknown":
      return () => false; // RFC 4745 §7, §7.3
  }
}

/** Who is not known by name is nobody in particular. RFC 4745 §7.1.1 */
function prepareIdentity(one: readonly string[], many: readonly Many[]): PreparedCondition {
  const ones = new Set(one.map(identityKey));
  const groups = many.map(prepareMany);
  return ({ identities }) =>
    identities.some((identity) => ones.has(identity)) ||
    (identities.length > 0 && groups.some((holds) => holds(identities)));
}

function prepareMany(many: Many): (identities: readonly string[]) => boolean {
  const domain = many.domain === undefined ? undefined : domainKey(many.domain);
  const exceptIds = new Set(many.exceptIds.map(identityKey));
  const exceptDomains = new Set(many.exceptDomains.map(domainKey));
  return (identities) => {
    const domains = identities.map(domainOf);
    // One of his identities that is left out leaves him out: it is one person.
    if (identities.some((identity) => exceptIds.has(identity))) return false;
    if (domains.some((one) => one !== undefined && exceptDomains.has(one))) return false;
    return domain === undefined || domains.includes(domain);
  };
}

function isListed<Name extends string>(
  list: { readonly names: readonly Name[]; readonly allExcept: readonly Name[] | undefined },
  name: Name,
): boolean {
  return list.names.includes(name) || list.allExcept?.includes(name) === false;
}

/** The reader has seen that it is a time. */
function timeOf(text: string): number {
  return parseDateTime(text) ?? Number.NaN;
}
