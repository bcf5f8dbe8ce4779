/** application/auth-policy+xml: the rules of a user about who may reach him. RFC 4745 */
import { type Parsed, parsed, parseXml, type XmlDocument, XmlWriter } from "@parlance/wire";
import { expectRoot } from "../xml-fields.ts";
import { readRuleset } from "./read-ruleset.ts";
import { ACCESS_RULES_TYPE, COMMON_POLICY, LIST_SERVICE, type Ruleset } from "./ruleset.ts";
import { RULE_PREFIXES, writeRuleset } from "./write-ruleset.ts";

export function parseAccessRules(bytes: Uint8Array): Parsed<Ruleset> {
  const document = parseXml(bytes);
  return document.ok ? readAccessRules(document.value) : document;
}

/** The same of a document whose tree there is already. */
export function readAccessRules({ root }: XmlDocument): Parsed<Ruleset> {
  return parsed(() => {
    expectRoot(ACCESS_RULES_TYPE, root, COMMON_POLICY, "ruleset");
    return readRuleset(root);
  });
}

/** A condition that was not understood cannot be written: throws `RangeError`. */
export function formatAccessRules(ruleset: Ruleset): Uint8Array<ArrayBuffer> {
  const xml = new XmlWriter();
  writeRuleset(xml, ruleset, "ls:", { ...RULE_PREFIXES, "xmlns:ls": LIST_SERVICE });
  return xml.done();
}
