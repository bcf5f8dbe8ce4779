/** Writes rules, into a document of their own or into that of a group. RFC 4745 §13 */
import type { XmlAttributes, XmlWriter } from "@parlance/wire";
import {
  type Actions,
  COMMON_POLICY,
  type Condition,
  EXTENSIONS,
  type Flag,
  GROUP_FLAGS,
  type IdentityCondition,
  type ListCondition,
  OMA_POLICY,
  POC_RULES,
  type Ruleset,
} from "./ruleset.ts";

/** The prefixes that `writeRuleset` uses, but for that of group actions. */
export const RULE_PREFIXES: XmlAttributes = {
  "xmlns:cr": COMMON_POLICY,
  "xmlns:ocp": OMA_POLICY,
  "xmlns:oxe": EXTENSIONS,
  "xmlns:poc": POC_RULES,
};

/** `group` is the prefix of group actions with its colon, empty where theirs is the default namespace. */
export function writeRuleset(
  xml: XmlWriter,
  { rules }: Ruleset,
  group: string,
  declarations: XmlAttributes = {},
): void {
  xml.open("cr:ruleset", declarations);
  for (const { id, conditions, actions } of rules) {
    xml.open("cr:rule", { id });
    if (conditions.length > 0) {
      xml.open("cr:conditions");
      for (const condition of conditions) writeCondition(xml, condition, group);
      xml.close();
    }
    writeActions(xml, actions, group);
    xml.close();
  }
  xml.close();
}

function writeCondition(xml: XmlWriter, condition: Condition, group: string): void {
  switch (condition.kind) {
    case "identity":
      writeIdentity(xml, condition);
      break;
    case "validity":
      xml.open("cr:validity");
      for (const { from, until } of condition.spans) {
        xml.leaf("cr:from", from).leaf("cr:until", until);
      }
      xml.close();
      break;
    case "sphere":
      xml.leaf("cr:sphere", "", { value: condition.words.join(" ") });
      break;
    case "external list":
      xml.open("ocp:external-list");
      for (const anc of condition.anchors) xml.leaf("ocp:entry", "", { anc });
      xml.close();
      break;
    case "other identity":
      xml.leaf("ocp:other-identity");
      break;
    case "anonymous request":
      xml.leaf("ocp:anonymous-request");
      break;
    case "media list":
      writeList(xml, condition, "media-list", "all-media-except", (name) =>
        xml.leaf(`oxe:${name}`),
      );
      break;
    case "service list":
      writeList(xml, condition, "service-list", "all-services-except", (enabler) =>
        xml.leaf("oxe:service", "", { enabler }),
      );
      break;
    case "list member":
      xml.leaf(`${group}is-list-member`);
      break;
    case "unknown":
      throw new RangeError(`condition ${condition.name} is not known`);
  }
}

function writeIdentity(xml: XmlWriter, { one, many }: IdentityCondition): void {
  xml.open("cr:identity");
  for (const id of one) xml.leaf("cr:one", "", { id });
  for (const { domain, exceptDomains, exceptIds } of many) {
    xml.open("cr:many", { domain });
    for (const except of exceptDomains) xml.leaf("cr:except", "", { domain: except });
    for (const id of exceptIds) xml.leaf("cr:except", "", { id });
    xml.close();
  }
  xml.close();
}

function writeList<Name extends string>(
  xml: XmlWriter,
  { names, allExcept }: ListCondition<string, Name>,
  list: string,
  except: string,
  write: (name: Name) => unknown,
): void {
  xml.open(`oxe:${list}`);
  names.forEach(write);
  if (allExcept !== undefined) {
    xml.open(`oxe:${except}`);
    allExcept.forEach(write);
    xml.close();
  }
  xml.close();
}

function writeActions(xml: XmlWriter, { invite, flags }: Actions, group: string): void {
  if (invite === undefined && flags.size === 0) return;
  xml.open("cr:actions");
  if (invite !== undefined) xml.leaf("poc:allow-invite", invite);
  for (const [flag, value] of flags) {
    if (flag === "allow-offline-storage") xml.leaf(`oxe:${flag}`, "", { "oxe:allow": value });
    else xml.leaf(`${isGroupFlag(flag) ? group : "oxe:"}${flag}`, String(value));
  }
  xml.close();
}

function isGroupFlag(flag: Flag): boolean {
  return (GROUP_FLAGS as readonly string[]).includes(flag);
}
