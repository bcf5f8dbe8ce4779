/** Groups and chat rooms of users. OMA Shared Group XDM, OMA IM 17.3 */
import {
  checkSchema,
  GROUP_SCHEMA,
  GROUP_TYPE,
  GROUP_WORDS,
  type Group,
  readGroupDocument,
  type XcapError,
  xcapError,
} from "@parlance/formats";
import { anchorsOf, identityKey } from "@parlance/im";
import type { References } from "../references.ts";
import { foreignReference, invalid } from "./refusals.ts";
import type { CheckedDocument, Usage } from "./usage.ts";

export const GROUPS = "org.openmobilealliance.groups";

export interface GroupNames {
  /** The address key of a group that may be called so; undefined where it may not. */
  keyOf(uri: string): string | undefined;
  /** Somebody, or something else, has this address already. */
  isTaken(key: string): boolean;
}

export interface GroupBounds {
  /** Of members, and of those in a session. */
  readonly members: number;
  /** The URL of a file of this server: whoever looks at a picture elsewhere would show himself there. */
  readonly isFile: (url: string) => boolean;
}

export function groups(names: GroupNames, references: References, bounds: GroupBounds): Usage {
  return {
    auid: GROUPS,
    type: GROUP_TYPE,
    namespace: "urn:oma:xml:poc:list-service",
    extensions: [
      "urn:ietf:params:xml:ns:resource-lists",
      "urn:ietf:params:xml:ns:common-policy",
      "urn:oma:xml:xdm:common-policy",
      "urn:oma:xml:xdm:extensions",
      GROUP_WORDS,
    ],
    only: undefined,
    source: undefined,
    forOthers: undefined,
    check({ xml, owner }) {
      const fault = checkSchema(xml.root, GROUP_SCHEMA);
      if (fault !== undefined) return invalid(fault.reason);
      const read = readGroupDocument(xml);
      if (!read.ok) return invalid(read.error.reason);
      const group = read.value;
      const key = names.keyOf(group.uri);
      if (key === undefined) {
        return xcapError("constraint-failure", "uri is no address that a group may have here");
      }
      if (names.isTaken(key)) return taken(group.uri, names);
      const anchors = [...group.externals, ...(group.ruleset ? anchorsOf(group.ruleset) : [])];
      if (!anchors.every((anchor) => references.leadTo(anchor, owner))) return foreignReference();
      return checkBounds(group, bounds);
    },
    claimOf: (document) => groupKey(document),
    claimed: (document) => taken(groupUri(document) ?? "", names),
  };
}

function checkBounds(
  { maxParticipants, entries, readers, avatar }: Group,
  { members, isFile }: GroupBounds,
): XcapError | undefined {
  if ((maxParticipants ?? 0) > members) {
    return xcapError("constraint-failure", `max-participant-count is more than ${members}`);
  }
  if (entries.length > members) {
    return xcapError("constraint-failure", `list has more than ${members} entries`);
  }
  if (readers.length > members) {
    return xcapError("constraint-failure", `readers has more than ${members} entries`);
  }
  if (avatar !== undefined && !isFile(avatar)) {
    return xcapError("constraint-failure", "avatar is no file of this server");
  }
  const keys = entries.map(({ uri }) => identityKey(uri));
  if (new Set(keys).size === keys.length) return undefined;
  const at = keys.findIndex((key, index) => keys.indexOf(key) < index) + 1;
  const field = `group/list-service/list/entry%5b${at}%5d/@uri`;
  return {
    kind: "uniqueness-failure",
    phrase: undefined,
    exists: [{ field, alternatives: [] }],
  };
}

/** With an address beside it that is free. RFC 4825 §11.1 */
function taken(uri: string, names: GroupNames): XcapError {
  const [scheme, name = "", rest = ""] = /^(sips?:)([^@]*)(@.*)$/.exec(uri)?.slice(1) ?? ["sip:"];
  const others = Array.from({ length: 9 }, (_, at) => `${scheme}${name}-${at + 2}${rest}`);
  const free = others.find((other) => {
    const key = names.keyOf(other);
    return key !== undefined && !names.isTaken(key);
  });
  const alternatives = free === undefined ? [] : [free];
  const exists = [{ field: "group/list-service/@uri", alternatives }];
  return { kind: "uniqueness-failure", phrase: "another has this address", exists };
}

function groupUri({ xml }: CheckedDocument): string | undefined {
  const read = readGroupDocument(xml);
  return read.ok ? read.value.uri : undefined;
}

function groupKey(document: CheckedDocument): string | undefined {
  const uri = groupUri(document);
  return uri === undefined ? undefined : identityKey(uri);
}
