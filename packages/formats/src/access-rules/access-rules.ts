/** application/auth-policy+xml: the rules of a user about who may reach him. RFC 4745 */
import { type Parsed, parsed, parseXml, XmlWriter } from "@parlance/wire";
import { expectRoot } from "../xml-fields.ts";
import { readRuleset } from "./read-ruleset.ts";
import { ACCESS_RULES_TYPE, COMMON_POLICY, LIST_SERVICE, type Ruleset } from "./ruleset.ts";
import { RULE_PREFIXES, writeRuleset } from "./write-ruleset.ts";

export function parseAccessRules(bytes: Uint8Array): Parsed<Ruleset> {
  const document = parseXml(bytes);
  if (!document.ok) return document;
  return parsed(() => {
    expectRoot(ACCESS_RULES_TYPE, document.value.root, COMMON_POLICY, "ruleset");
    return readRuleset(document.value.root);
  });
}

/** A condition that was not understood cannot be written: throws `RangeError`. */
export function formatAccessRules(ruleset: Ruleset): Uint8Array<ArrayBuffer> {
  const xml = new XmlWriter();
  writeRuleset(xml, ruleset, "ls:", { ...RULE_PREFIXES, "xmlns:ls": LIST_SERVICE });
  return xml.done();
}
