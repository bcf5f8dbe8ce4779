/** The rules of a user about who may reach him. RFC 4745, OMA Shared Policy XDM */
import {
  ACCESS_RULES_SCHEMA,
  ACCESS_RULES_TYPE,
  checkSchema,
  readAccessRules,
  type XcapError,
} from "@parlance/formats";
import { anchorsOf } from "@parlance/im";
import type { References } from "../references.ts";
import { foreignReference, invalid, noClaim } from "./refusals.ts";
import type { CheckedDocument, Usage } from "./usage.ts";

export const ACCESS_RULES = "org.openmobilealliance.access-rules";

export function accessRules(references: References): Usage {
  return {
    auid: ACCESS_RULES,
    type: ACCESS_RULES_TYPE,
    namespace: "urn:ietf:params:xml:ns:common-policy",
    extensions: [
      "urn:oma:xml:xdm:common-policy",
      "urn:oma:xml:xdm:extensions",
      "urn:oma:xml:poc:poc-rules",
    ],
    only: "access-rules",
    source: undefined,
    forOthers: undefined,
    check: (document) => checkRules(document, references),
    ...noClaim,
  };
}

function checkRules(
  { xml, owner }: CheckedDocument,
  references: References,
): XcapError | undefined {
  const fault = checkSchema(xml.root, ACCESS_RULES_SCHEMA);
  if (fault !== undefined) return invalid(fault.reason);
  const rules = readAccessRules(xml);
  if (!rules.ok) return invalid(rules.error.reason);
  const anchors = anchorsOf(rules.value);
  return anchors.every((anchor) => references.leadTo(anchor, owner))
    ? undefined
    : foreignReference();
}
