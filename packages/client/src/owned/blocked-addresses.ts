/** Whom a user has shut out, in his access rules: each by a rule that names him and refuses him. RFC 4745, OMA IM 17.2 */
import { formatAccessRules, parseAccessRules, type Rule, type Ruleset } from "@parlance/formats";
import { identityKey } from "@parlance/im";
import { attribute, child, children, type XmlElement } from "@parlance/wire";
import { ImError } from "../base/errors.ts";
import { EditedDocument, elementFor } from "./edited-document.ts";

/** Of the rule that is made where there is none. */
const RULE_ID = "blocked";

/** Address keys, in their order. */
export function blockedIn(document: Uint8Array | undefined): readonly string[] {
  if (document === undefined) return [];
  const shut = rulesIn(document).rules.filter(shutsOut).flatMap(named);
  return [...new Set(shut.map(identityKey))];
}

/** The rules with him among those who are shut out. What others say stays as it is. */
export function withBlocked(document: Uint8Array | undefined, address: string): Uint8Array {
  if (document === undefined) return formatAccessRules({ rules: [ruleFor(address, RULE_ID)] });
  if (blockedIn(document).includes(address)) return document;
  const { rules } = rulesIn(document);
  const edited = new EditedDocument(document);
  const own = rules.find((rule) => shutsOut(rule) && isCertain(rule));
  const identity = own && identityOf(edited.root, own);
  if (identity !== undefined) {
    edited.insert(identity, elementFor(identity, "one", { id: address }), ["one"]);
  } else {
    const id = freeId(rules);
    edited.insert(edited.root, ruleText(edited.root, address, id), ["rule"]);
  }
  return edited.bytes;
}

/** The rules without him. A rule that names nobody any more is taken away. */
export function withoutBlocked(
  document: Uint8Array | undefined,
  address: string,
): Uint8Array | undefined {
  if (document === undefined) return undefined;
  const edited = new EditedDocument(document);
  const shut = rulesIn(document).rules.filter(shutsOut);
  for (const rule of shut) {
    for (;;) {
      const identity = identityOf(edited.root, rule);
      const one = identity && oneIn(identity, address);
      if (identity === undefined || one === undefined) break;
      if (children(identity).length > 1) edited.remove(one);
      else edited.remove(ruleElement(edited.root, rule) ?? one);
    }
  }
  return edited.bytes;
}

function rulesIn(document: Uint8Array): Ruleset {
  const read = parseAccessRules(document);
  if (read.ok) return read.value;
  throw new ImError("server trouble", { warning: read.error.message });
}

/** A rule that holds at times, or for some media only, shuts nobody out. */
function shutsOut({ conditions, actions }: Rule): boolean {
  const [only, ...more] = conditions;
  const refuses = actions.flags.get("allow-reject-invite") === true || actions.invite === "reject";
  return only?.kind === "identity" && more.length === 0 && refuses;
}

/** No other rule can let him in. */
function isCertain({ actions }: Rule): boolean {
  return actions.flags.get("allow-reject-invite") === true;
}

function named({ conditions }: Rule): readonly string[] {
  return conditions.flatMap((one) => (one.kind === "identity" ? one.one : []));
}

function ruleFor(address: string, id: string): Rule {
  const who = { kind: "identity", one: [address], many: [] } as const;
  const flags = new Map([["allow-reject-invite", true]] as const);
  return { id, conditions: [who], actions: { invite: undefined, flags } };
}

function ruleText(root: XmlElement, address: string, id: string): string {
  const one = elementFor(root, "one", { id: address });
  const conditions = elementFor(root, "conditions", {}, elementFor(root, "identity", {}, one));
  const refuse = `<oxe:allow-reject-invite xmlns:oxe="${EXTENSIONS}">true</oxe:allow-reject-invite>`;
  return elementFor(root, "rule", { id }, conditions + elementFor(root, "actions", {}, refuse));
}

const EXTENSIONS = "urn:oma:xml:xdm:extensions";

function freeId(rules: readonly Rule[]): string {
  const taken = new Set(rules.map(({ id }) => id));
  let id = RULE_ID;
  for (let number = 2; taken.has(id); number += 1) id = `${RULE_ID}-${number}`;
  return id;
}

function ruleElement(root: XmlElement, { id }: Rule): XmlElement | undefined {
  return children(root, "rule").find((rule) => attribute(rule, "id")?.trim() === id);
}

function identityOf(root: XmlElement, rule: Rule): XmlElement | undefined {
  const element = ruleElement(root, rule);
  const conditions = element && child(element, "conditions");
  return conditions && child(conditions, "identity");
}

function oneIn(identity: XmlElement, address: string): XmlElement | undefined {
  return children(identity, "one").find(
    (one) => identityKey(attribute(one, "id")?.trim() ?? "") === address,
  );
}
