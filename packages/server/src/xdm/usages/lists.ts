/** Lists of users: `resource-lists`, and which groups somebody uses. RFC 4826, OMA Shared List and Group XDM */
import {
  checkResourceLists,
  checkSchema,
  GROUP_USAGE_LIST_TYPE,
  RESOURCE_LISTS_SCHEMA,
  RESOURCE_LISTS_TYPE,
  readResourceLists,
  type XcapError,
  type XcapExists,
  xcapError,
} from "@parlance/formats";
import type { References } from "../references.ts";
import { foreignReference, invalid, noClaim } from "./refusals.ts";
import type { CheckedDocument, Usage } from "./usage.ts";

const RESOURCE_LISTS = "urn:ietf:params:xml:ns:resource-lists";

export function resourceLists(references: References): Usage {
  return {
    auid: "resource-lists",
    type: RESOURCE_LISTS_TYPE,
    namespace: RESOURCE_LISTS,
    extensions: [],
    only: undefined,
    source: undefined,
    forOthers: undefined,
    check: (document) => checkLists(document, references),
    ...noClaim,
  };
}

export function groupUsageList(references: References): Usage {
  return {
    ...resourceLists(references),
    auid: "org.openmobilealliance.group-usage-list",
    type: GROUP_USAGE_LIST_TYPE,
    only: "index",
  };
}

function checkLists(
  { xml, owner }: CheckedDocument,
  references: References,
): XcapError | undefined {
  const fault = checkSchema(xml.root, RESOURCE_LISTS_SCHEMA);
  if (fault !== undefined) return invalid(fault.reason);
  const lists = readResourceLists(xml);
  if (!lists.ok) return invalid(lists.error.reason);
  const faults = checkResourceLists(lists.value);
  const exists = faults.flatMap(({ kind, field }): readonly XcapExists[] =>
    kind === "not unique" ? [{ field, alternatives: [] }] : [],
  );
  if (exists.length > 0) return { kind: "uniqueness-failure", phrase: undefined, exists };
  const [broken] = faults;
  if (broken !== undefined) return xcapError("constraint-failure", "a reference leads nowhere");
  const anchors = lists.value.lists.flatMap(({ items }) => references.anchorsIn(items));
  return anchors.every((anchor) => references.leadTo(anchor, owner))
    ? undefined
    : foreignReference();
}
