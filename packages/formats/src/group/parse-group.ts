/** Reads a group document; children in any order, extensions nobody knows passed over. */
import {
  child,
  children,
  FormatError,
  type Parsed,
  parsed,
  parseXml,
  textContent,
  type XmlDocument,
  type XmlElement,
} from "@parlance/wire";
import { mediaOf, readRuleset } from "../access-rules/read-ruleset.ts";
import { COMMON_POLICY, EXTENSIONS, LIST_SERVICE } from "../access-rules/ruleset.ts";
import { parseDateTime } from "../date-time.ts";
import { RESOURCE_LISTS } from "../resource-lists/resource-lists.ts";
import {
  anyAttribute,
  attributeOf,
  expectRoot,
  readBoolean,
  readUnsigned,
  textOf,
} from "../xml-fields.ts";
import {
  GROUP_TYPE,
  GROUP_WORDS,
  type Group,
  type GroupEntry,
  type GroupService,
  type SessionActivity,
} from "./group.ts";

export function parseGroup(bytes: Uint8Array): Parsed<Group> {
  const document = parseXml(bytes);
  return document.ok ? readGroupDocument(document.value) : document;
}

/** The same of a document whose tree there is already. */
export function readGroupDocument({ root }: XmlDocument): Parsed<Group> {
  return parsed(() => readGroup(root));
}

function readGroup(root: XmlElement): Group {
  expectRoot(GROUP_TYPE, root, LIST_SERVICE, "group");
  const [service, second] = children(root, "list-service");
  if (service === undefined) return fail(root, "no list-service");
  if (second !== undefined) fail(second, "more than one list-service");
  const list = child(service, "list");
  const ruleset = child(service, "ruleset", COMMON_POLICY);
  const activity = child(service, "session-active-policy", EXTENSIONS);
  return {
    uri: attributeOf(service, "uri") ?? fail(service, "list-service has no uri"),
    displayName: textOf(service, "display-name"),
    entries: list === undefined ? [] : children(list, "entry").map(readEntry),
    externals: list === undefined ? [] : children(list, "external").map(readExternal),
    inviteMembers: readFlag(service, "invite-members") ?? false,
    maxParticipants: readCount(service, "max-participant-count", LIST_SERVICE),
    ruleset: ruleset && readRuleset(ruleset),
    subject: textOf(service, "subject", EXTENSIONS),
    services: readServices(child(service, "supported-services", EXTENSIONS)),
    activity: activity && readActivity(activity),
    moderatorsWrite: readWriters(child(service, "writers", GROUP_WORDS)),
    readers: readReaders(child(service, "readers", GROUP_WORDS)),
    avatar: textOf(service, "avatar", GROUP_WORDS),
    notUnderstood: children(service)
      .filter(mustBeUnderstood)
      .map(({ local }) => local),
  };
}

function readEntry(element: XmlElement): GroupEntry {
  const uri = attributeOf(element, "uri") ?? fail(element, "entry has no uri");
  const displayName =
    textOf(element, "display-name", RESOURCE_LISTS) ?? textOf(element, "display-name");
  return { uri, displayName };
}

function readExternal(element: XmlElement): string {
  return attributeOf(element, "anchor") ?? fail(element, "external has no anchor");
}

function readServices(element: XmlElement | undefined): readonly GroupService[] | undefined {
  if (element === undefined) return undefined;
  return children(element, "service").map((service) => {
    const media = child(service, "group-media");
    return {
      enabler: attributeOf(service, "enabler") ?? fail(service, "service has no enabler"),
      media: media && children(media).flatMap(mediaOf),
    };
  });
}

function readActivity(element: XmlElement): SessionActivity {
  const required = child(element, "required-participants-list");
  const schedule = child(element, "schedule");
  return {
    mustUnderstand: readBoolean(anyAttribute(element, "must-understand")) ?? false,
    maxDurationSeconds: readCount(element, "max-duration", EXTENSIONS),
    requiredParticipants:
      required === undefined
        ? []
        : children(required).flatMap((one) => attributeOf(one, "uri") ?? []),
    minParticipants: readCount(element, "min-participant-count", EXTENSIONS),
    schedule: schedule === undefined ? [] : children(schedule, "time-range").map(readRange),
  };
}

function readWriters(element: XmlElement | undefined): boolean {
  if (element === undefined) return false;
  const who = textContent(element).trim();
  if (who === "everybody" || who === "moderators") return who === "moderators";
  return fail(element, "writers are everybody or moderators");
}

function readReaders(element: XmlElement | undefined): readonly string[] {
  if (element === undefined) return [];
  return children(element, "entry").map(
    (one) => attributeOf(one, "uri") ?? fail(one, "entry has no uri"),
  );
}

function readRange(element: XmlElement): SessionActivity["schedule"][number] {
  const time = (local: string): string | undefined => {
    const text = textOf(element, local);
    if (text === undefined || parseDateTime(text) !== undefined) return text;
    return fail(element, `${local} is no date and time`);
  };
  return { start: time("start-time"), end: time("end-time") };
}

/** Every element that insists on being understood and is not, or holds something that is not. */
function mustBeUnderstood(element: XmlElement): boolean {
  if (element.namespace === LIST_SERVICE || element.namespace === COMMON_POLICY) return false;
  if (readBoolean(anyAttribute(element, "must-understand")) !== true) return false;
  if (element.namespace === GROUP_WORDS) return !WORDS.has(element.local);
  if (element.namespace !== EXTENSIONS) return true;
  if (element.local !== "session-active-policy") return !UNDERSTOOD.has(element.local);
  return children(element).some(({ namespace, local }) => {
    return namespace !== EXTENSIONS || !ACTIVITY.has(local);
  });
}

const UNDERSTOOD = new Set(["subject", "supported-services"]);
const WORDS = new Set(["writers", "readers", "avatar"]);
const ACTIVITY = new Set([
  "max-duration",
  "required-participants-list",
  "min-participant-count",
  "schedule",
]);

function readFlag(parent: XmlElement, local: string): boolean | undefined {
  const element = child(parent, local);
  if (element === undefined) return undefined;
  return readBoolean(textContent(element)) ?? fail(element, `${local} is no boolean`);
}

function readCount(parent: XmlElement, local: string, namespace: string): number | undefined {
  const element = child(parent, local, namespace);
  if (element === undefined) return undefined;
  return readUnsigned(textContent(element)) ?? fail(element, `${local} is no number`);
}

function fail(element: XmlElement, reason: string): never {
  throw new FormatError(GROUP_TYPE, element.start, reason);
}
