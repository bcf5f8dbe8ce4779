/** Reads rules, wherever they stand. RFC 4745 §7, §8 */
import { child, children, FormatError, textContent, type XmlElement } from "@parlance/wire";
import { parseDateTime } from "../date-time.ts";
import { anyAttribute, attributeOf, oneOf, readBoolean, readWords } from "../xml-fields.ts";
import {
  type Actions,
  COMMON_POLICY,
  type Condition,
  EXTENSION_FLAGS,
  EXTENSIONS,
  type Flag,
  GROUP_FLAGS,
  INVITE_HANDLINGS,
  type InviteHandling,
  LIST_SERVICE,
  type ListCondition,
  type Many,
  MEDIA_KINDS,
  type MediaKind,
  OMA_POLICY,
  POC_RULES,
  type Rule,
  type Ruleset,
  type ValidityCondition,
} from "./ruleset.ts";

const FORMAT = "ruleset";

/** A condition nobody knows stays, so that its rule never matches; an unknown action is passed over. */
export function readRuleset(element: XmlElement): Ruleset {
  const rules = new Map<string, Rule>();
  for (const one of children(element, "rule", COMMON_POLICY)) {
    const rule = readRule(one);
    if (rules.has(rule.id)) fail(one, "two rules have one id");
    rules.set(rule.id, rule);
  }
  return { rules: [...rules.values()] };
}

function readRule(element: XmlElement): Rule {
  const conditions = child(element, "conditions");
  const actions = child(element, "actions");
  return {
    id: attributeOf(element, "id") ?? fail(element, "rule has no id"),
    conditions: conditions === undefined ? [] : children(conditions).map(readCondition),
    actions: readActions(actions === undefined ? [] : children(actions)),
  };
}

function readCondition(element: XmlElement): Condition {
  switch (`${element.namespace} ${element.local}`) {
    case `${COMMON_POLICY} identity`:
      return {
        kind: "identity",
        one: children(element, "one").map((one) => required(one, "id")),
        many: children(element, "many").flatMap(readMany),
      };
    case `${COMMON_POLICY} validity`:
      return readValidity(element);
    case `${COMMON_POLICY} sphere`:
      return { kind: "sphere", words: readWords(required(element, "value")) };
    case `${OMA_POLICY} external-list`:
      return {
        kind: "external list",
        anchors: children(element, "entry").map((entry) => required(entry, "anc")),
      };
    case `${OMA_POLICY} other-identity`:
      return { kind: "other identity" };
    case `${OMA_POLICY} anonymous-request`:
      return { kind: "anonymous request" };
    case `${EXTENSIONS} media-list`:
      return readList(element, "media list", "all-media-except", mediaOf);
    case `${EXTENSIONS} service-list`:
      return readList(element, "service list", "all-services-except", (one) =>
        one.local === "service" ? [required(one, "enabler")] : [],
      );
    case `${LIST_SERVICE} is-list-member`:
      return { kind: "list member" };
    default:
      return { kind: "unknown", name: element.local };
  }
}

/** With an exception nobody can read it is not known who is meant: nobody. RFC 4745 §7.1 */
function readMany(element: XmlElement): readonly Many[] {
  const exceptions = children(element, "except");
  if (children(element).length > exceptions.length) return [];
  const said = (name: string) => exceptions.flatMap((one) => attributeOf(one, name) ?? []);
  const domain = attributeOf(element, "domain");
  return [{ domain, exceptIds: said("id"), exceptDomains: said("domain") }];
}

function readValidity(element: XmlElement): ValidityCondition {
  const times = children(element).filter(({ namespace }) => namespace === COMMON_POLICY);
  if (times.length === 0 || times.length % 2 !== 0) fail(element, "times do not come in pairs");
  const spans = [];
  for (let at = 0; at < times.length; at += 2) {
    spans.push({ from: readTime(times[at], "from"), until: readTime(times[at + 1], "until") });
  }
  return { kind: "validity", spans };

  function readTime(time: XmlElement | undefined, local: string): string {
    if (time?.local !== local) return fail(element, "times do not come in pairs");
    const text = textContent(time);
    return parseDateTime(text) === undefined ? fail(time, "no date and time") : text;
  }
}

function readList<Kind extends string, Name extends string>(
  element: XmlElement,
  kind: Kind,
  allExcept: string,
  namesOf: (element: XmlElement) => readonly Name[],
): ListCondition<Kind, Name> {
  const inside = children(element);
  const but = inside.filter(({ local }) => local === allExcept);
  return {
    kind,
    names: inside.filter((one) => !but.includes(one)).flatMap(namesOf),
    allExcept: but.length === 0 ? undefined : but.flatMap((one) => children(one).flatMap(namesOf)),
  };
}

/** The media of IM that an element names: one, or none. */
export function mediaOf(element: XmlElement): readonly MediaKind[] {
  if (element.namespace !== EXTENSIONS) return [];
  const kind = oneOf(MEDIA_KINDS, element.local);
  return kind === undefined ? [] : [kind];
}

function readActions(elements: readonly XmlElement[]): Actions {
  const flags = new Map<Flag, boolean>();
  let invite: InviteHandling | undefined;
  for (const element of elements) {
    if (element.namespace === POC_RULES && element.local === "allow-invite") {
      if (invite !== undefined) fail(element, "an action is said twice");
      invite = oneOf(INVITE_HANDLINGS, textContent(element)) ?? fail(element, "unknown handling");
    }
    const flag = flagOf(element);
    if (flag === undefined) continue;
    if (flags.has(flag)) fail(element, "an action is said twice");
    flags.set(flag, readFlag(element));
  }
  return { invite, flags };
}

function flagOf({ namespace, local }: XmlElement): Flag | undefined {
  if (namespace === EXTENSIONS) return oneOf(EXTENSION_FLAGS, local);
  return namespace === LIST_SERVICE ? oneOf(GROUP_FLAGS, local) : undefined;
}

/** As text, or as the attribute that `allow-offline-storage` has. */
function readFlag(element: XmlElement): boolean {
  const text = anyAttribute(element, "allow") ?? textContent(element);
  return readBoolean(text) ?? fail(element, "no boolean");
}

function required(element: XmlElement, name: string): string {
  return attributeOf(element, name) ?? fail(element, `${name} is missing`);
}

function fail(element: XmlElement, reason: string): never {
  throw new FormatError(FORMAT, element.start, reason);
}
