/** Reads application/conference-info+xml. RFC 4575 §4, §5 */
import {
  children,
  FormatError,
  type Parsed,
  parsed,
  parseXml,
  type XmlElement,
} from "@parlance/wire";
import {
  attributeOf,
  expectRoot,
  oneOf,
  readBoolean,
  readUnsigned,
  readWords,
  textOf,
} from "../xml-fields.ts";
import {
  type AvailableMedia,
  CONFERENCE_INFO,
  CONFERENCE_INFO_TYPE,
  type ConferenceDescription,
  type ConferenceDocument,
  type ConferenceHost,
  type ConferenceStatus,
  MEDIA_DIRECTIONS,
  type UsersElement,
} from "./conference-info.ts";
import { entriesOf, readState, readUris } from "./elements.ts";
import { readUser } from "./read-user.ts";

/**
 * Elements nobody knows are passed over, and so are words outside the vocabulary: a roster that says
 * a little less is better than none. What decides how the document is applied must be readable.
 */
export function parseConference(bytes: Uint8Array): Parsed<ConferenceDocument> {
  const document = parseXml(bytes);
  return document.ok ? parsed(() => readConference(document.value.root)) : document;
}

function readConference(root: XmlElement): ConferenceDocument {
  expectRoot(CONFERENCE_INFO_TYPE, root, CONFERENCE_INFO, "conference-info");
  const [description] = children(root, "conference-description");
  const [host] = children(root, "host-info");
  const [status] = children(root, "conference-state");
  const [users] = children(root, "users");
  return {
    entity: attributeOf(root, "entity") ?? fail(root, "entity is missing"),
    state: readState(root),
    version: readUnsigned(attributeOf(root, "version")) ?? fail(root, "version is no number"),
    description: description && readDescription(description),
    host: host && readHost(host),
    status: status && readStatus(status),
    users: users && readUsers(users),
  };
}

function readDescription(element: XmlElement): ConferenceDescription {
  return {
    displayText: textOf(element, "display-text"),
    subject: textOf(element, "subject"),
    freeText: textOf(element, "free-text"),
    keywords: readWords(textOf(element, "keywords")),
    confUris: readUris(element, "conf-uris"),
    serviceUris: readUris(element, "service-uris"),
    maximumUserCount: readUnsigned(textOf(element, "maximum-user-count")),
    availableMedia: entriesOf(element, "available-media").flatMap(readAvailableMedia),
  };
}

function readHost(element: XmlElement): ConferenceHost {
  return {
    displayText: textOf(element, "display-text"),
    webPage: textOf(element, "web-page"),
    uris: readUris(element, "uris"),
  };
}

function readStatus(element: XmlElement): ConferenceStatus {
  return {
    userCount: readUnsigned(textOf(element, "user-count")),
    active: readBoolean(textOf(element, "active")),
    locked: readBoolean(textOf(element, "locked")),
  };
}

function readUsers(element: XmlElement): UsersElement {
  return { state: readState(element), users: children(element, "user").flatMap(readUser) };
}

/** Without a label nothing refers to it, without a type it says nothing. */
function readAvailableMedia(element: XmlElement): readonly AvailableMedia[] {
  const label = attributeOf(element, "label");
  const type = textOf(element, "type");
  if (label === undefined || type === undefined) return [];
  const displayText = textOf(element, "display-text");
  const status = oneOf(MEDIA_DIRECTIONS, textOf(element, "status"));
  return [{ label, displayText, type, status }];
}

function fail(element: XmlElement, reason: string): never {
  throw new FormatError(CONFERENCE_INFO_TYPE, element.start, reason);
}
