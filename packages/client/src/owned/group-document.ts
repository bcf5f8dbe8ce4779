/** The document of a group of one's own: made, read, and changed by its octets. OMA Shared Group XDM */
import {
  formatAccessRules,
  formatGroup,
  GROUP_WORDS,
  type Group,
  type GroupEntry,
  parseGroup,
} from "@parlance/formats";
import { identityKey } from "@parlance/im";
import { attribute, child, children, escapeXml, utf8Text, type XmlElement } from "@parlance/wire";
import { ImError } from "../base/errors.ts";
import { EditedDocument, elementFor, textFor } from "./edited-document.ts";
import { type GroupPolicy, isRuled, policyOf, rulesFor, USUAL_POLICY } from "./group-policy.ts";

export interface OwnGroup {
  /** What others write to, and come into. */
  readonly address: string;
  /** Of its document. */
  readonly document: string;
  readonly displayName: string | undefined;
  readonly subject: string | undefined;
  /** `group`: a session calls the members. `room`: whoever wants to comes. */
  readonly kind: "group" | "room";
  readonly members: readonly GroupMember[];
  readonly policy: GroupPolicy;
  readonly maxParticipants: number | undefined;
  /** URL of its picture. */
  readonly avatar: string | undefined;
}

export interface GroupMember {
  readonly address: string;
  readonly name: string | undefined;
}

/** What of a group can be changed; undefined takes it away where it need not be. */
export interface GroupChanges {
  readonly displayName?: string | undefined;
  readonly subject?: string | undefined;
  readonly kind?: "group" | "room";
  /** What is left out stays as it is. */
  readonly policy?: Partial<GroupPolicy>;
  readonly maxParticipants?: number | undefined;
  /** The URL of an image on the file server of the service; "conflict" for any other. */
  readonly avatar?: string | undefined;
}

export function readGroup(document: string, content: Uint8Array): OwnGroup {
  const group = groupIn(content);
  return {
    address: identityKey(group.uri),
    document,
    displayName: group.displayName,
    subject: group.subject,
    kind: group.inviteMembers ? "group" : "room",
    members: group.entries.map(({ uri, displayName: name }) => ({ address: uri, name })),
    policy: policyOf(group),
    maxParticipants: group.maxParticipants,
    avatar: group.avatar,
  };
}

export function newGroup(
  uri: string,
  members: readonly GroupMember[],
  { displayName, subject, kind = "group", policy, maxParticipants, avatar }: GroupChanges,
): Uint8Array {
  return formatGroup({
    uri,
    displayName,
    entries: members.map(entryOf),
    externals: [],
    inviteMembers: kind === "group",
    maxParticipants,
    ruleset: policy && isRuled(policy) ? rulesFor({ ...USUAL_POLICY, ...policy }) : undefined,
    subject,
    services: undefined,
    activity: undefined,
    moderatorsWrite: policy?.writers === "moderators",
    readers: policy?.readers ?? [],
    avatar,
    notUnderstood: [],
  });
}

/** With these among the members; one who is there is called as he is now. */
export function withMembers(content: Uint8Array, members: readonly GroupMember[]): Uint8Array {
  const edited = new EditedDocument(content);
  for (const member of members) {
    const service = serviceIn(edited);
    const list = child(service, "list");
    const known = list && entryIn(list, member.address);
    if (list === undefined) {
      edited.insert(service, elementFor(service, "list", {}, entryText(service, member)), HEAD);
    } else if (known === undefined) {
      edited.insert(list, entryText(list, member), ["entry"]);
    } else if (member.name !== undefined) {
      edited.replace(known, entryText(list, member));
    }
  }
  return edited.bytes;
}

export function withoutMembers(content: Uint8Array, addresses: readonly string[]): Uint8Array {
  const edited = new EditedDocument(content);
  for (const address of addresses) {
    const list = child(serviceIn(edited), "list");
    const entry = list && entryIn(list, address);
    if (entry !== undefined) edited.remove(entry);
  }
  return edited.bytes;
}

export function withChanges(content: Uint8Array, changes: GroupChanges): Uint8Array {
  const edited = new EditedDocument(content);
  const { kind, policy } = changes;
  if ("displayName" in changes) {
    put(edited, { local: "display-name", behind: [] }, changes.displayName);
  }
  if (kind !== undefined) {
    put(edited, { local: "invite-members", behind: LISTED }, String(kind === "group"));
  }
  if ("maxParticipants" in changes) {
    const count = changes.maxParticipants?.toString();
    put(edited, { local: "max-participant-count", behind: [...LISTED, "invite-members"] }, count);
  }
  if (policy !== undefined && isRuled(policy)) {
    putRules(edited, { ...policyOf(groupIn(content)), ...policy });
  }
  if (policy !== undefined) putWriters(edited, policy);
  if ("avatar" in changes) putWord(edited, "avatar", escapeXml(changes.avatar ?? ""));
  if ("subject" in changes) putSubject(edited, changes.subject);
  return edited.bytes;
}

/** The order of its schema. */
const HEAD = ["display-name"];
const LISTED = [...HEAD, "list"];
const COUNTED = [...LISTED, "invite-members", "max-participant-count"];
const RULED = [...COUNTED, "ruleset"];
const EXTENDED = ["subject", "supported-services", "session-active-policy"];
const POLICY = "urn:ietf:params:xml:ns:common-policy";
const LISTS = "urn:ietf:params:xml:ns:resource-lists";
const EXTENSIONS = "urn:oma:xml:xdm:extensions";

function groupIn(content: Uint8Array): Group {
  const read = parseGroup(content);
  if (read.ok) return read.value;
  throw new ImError("server trouble", { warning: read.error.message });
}

/** A document without one is no group: it was read as one. */
function serviceIn({ root }: EditedDocument): XmlElement {
  const service = child(root, "list-service");
  if (service === undefined) throw new ImError("server trouble", { warning: "no list-service" });
  return service;
}

function entryOf({ address, name }: GroupMember): GroupEntry {
  return { uri: address, displayName: name };
}

function entryText(parent: XmlElement, { address, name }: GroupMember): string {
  const called = name === undefined ? "" : foreign("rl", LISTS, "display-name", name);
  return elementFor(parent, "entry", { uri: address }, called);
}

function entryIn(list: XmlElement, address: string): XmlElement | undefined {
  return children(list, "entry").find(
    (entry) => identityKey(attribute(entry, "uri")?.trim() ?? "") === address,
  );
}

function put(
  edited: EditedDocument,
  { local, behind }: { readonly local: string; readonly behind: readonly string[] },
  text: string | undefined,
): void {
  const service = serviceIn(edited);
  const before = child(service, local);
  if (text === undefined) {
    if (before !== undefined) edited.remove(before);
  } else if (before === undefined) edited.insert(service, textFor(service, local, text), behind);
  else edited.replace(before, textFor(service, local, text));
}

function putRules(edited: EditedDocument, policy: GroupPolicy): void {
  // As a document of its own it declares all that it uses.
  const written = utf8Text(formatAccessRules(rulesFor(policy)));
  const piece = written.slice(written.indexOf("<cr:ruleset"));
  const service = serviceIn(edited);
  const before = child(service, "ruleset", POLICY);
  if (before === undefined) edited.insert(service, piece, COUNTED);
  else edited.replace(before, piece);
}

function putSubject(edited: EditedDocument, subject: string | undefined): void {
  const service = serviceIn(edited);
  const before = child(service, "subject", EXTENSIONS);
  if (subject === undefined) {
    if (before !== undefined) edited.remove(before);
    return;
  }
  const piece = foreign("oxe", EXTENSIONS, "subject", subject);
  if (before === undefined) edited.insert(service, piece, RULED);
  else edited.replace(before, piece);
}

function putWriters(edited: EditedDocument, { writers, readers }: Partial<GroupPolicy>): void {
  if (writers !== undefined) putWord(edited, "writers", writers === "everybody" ? "" : writers);
  if (readers === undefined) return;
  const entries = readers.map((uri) => elementFor({ prefix: "" }, "entry", { uri }));
  putWord(edited, "readers", entries.join(""));
}

/** Without content there is no such element. */
function putWord(edited: EditedDocument, local: string, content: string): void {
  const service = serviceIn(edited);
  const before = child(service, local, GROUP_WORDS);
  const piece = elementFor({ prefix: "" }, local, { xmlns: GROUP_WORDS }, content);
  if (before === undefined) {
    if (content !== "") edited.insert(service, piece, [...RULED, ...EXTENDED]);
  } else if (content === "") edited.remove(before);
  else edited.replace(before, piece);
}

/** Of another namespace, whichever prefixes there are around it. */
function foreign(prefix: string, namespace: string, local: string, text: string): string {
  return elementFor({ prefix }, local, { [`xmlns:${prefix}`]: namespace }, escapeXml(text));
}
