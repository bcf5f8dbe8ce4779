/** Writes application/conference-info+xml, elements in the order of the schema. RFC 4575 §6 */
import { XmlWriter } from "@parlance/wire";
import {
  CONFERENCE_INFO,
  type ConferenceDescription,
  type ConferenceDocument,
  type ConferenceHost,
  type ConferenceStatus,
  type ConferenceUri,
  type EndpointElement,
  type EndpointMedia,
  type Execution,
  type UserElement,
  type UsersElement,
  XCON,
} from "./conference-info.ts";

export function formatConference(document: ConferenceDocument): Uint8Array<ArrayBuffer> {
  const { entity, state, version, description, host, status, users } = document;
  const nicknames = users?.users.some(({ nickname }) => nickname !== undefined) ?? false;
  const xml = new XmlWriter().open("conference-info", {
    xmlns: CONFERENCE_INFO,
    "xmlns:xcon": nicknames ? XCON : undefined,
    entity,
    state,
    version,
  });
  if (description !== undefined) writeDescription(xml, description);
  if (host !== undefined) writeHost(xml, host);
  if (status !== undefined) writeStatus(xml, status);
  if (users !== undefined) writeUsers(xml, users);
  return xml.close().done();
}

function writeDescription(xml: XmlWriter, description: ConferenceDescription): void {
  xml.open("conference-description");
  writeText(xml, "display-text", description.displayText);
  writeText(xml, "subject", description.subject);
  writeText(xml, "free-text", description.freeText);
  writeWords(xml, "keywords", description.keywords);
  writeUris(xml, "conf-uris", description.confUris);
  writeUris(xml, "service-uris", description.serviceUris);
  writeText(xml, "maximum-user-count", description.maximumUserCount);
  if (description.availableMedia.length > 0) {
    xml.open("available-media");
    for (const { label, displayText, type, status } of description.availableMedia) {
      xml.open("entry", { label });
      writeText(xml, "display-text", displayText);
      xml.leaf("type", type);
      writeText(xml, "status", status);
      xml.close();
    }
    xml.close();
  }
  xml.close();
}

function writeHost(xml: XmlWriter, { displayText, webPage, uris }: ConferenceHost): void {
  xml.open("host-info");
  writeText(xml, "display-text", displayText);
  writeText(xml, "web-page", webPage);
  writeUris(xml, "uris", uris);
  xml.close();
}

function writeStatus(xml: XmlWriter, { userCount, active, locked }: ConferenceStatus): void {
  xml.open("conference-state");
  writeText(xml, "user-count", userCount);
  writeText(xml, "active", active);
  writeText(xml, "locked", locked);
  xml.close();
}

function writeUsers(xml: XmlWriter, { state, users }: UsersElement): void {
  xml.open("users", { state });
  for (const user of users) writeUser(xml, user);
  xml.close();
}

function writeUser(xml: XmlWriter, user: UserElement): void {
  xml.open("user", {
    entity: user.entity,
    state: user.state,
    yourown: user.yourOwn ? true : undefined, // Appendix M: absent means false
    "xcon:nickname": user.nickname, // RFC 7701 §7.4
  });
  writeText(xml, "display-text", user.displayText);
  writeUris(xml, "associated-aors", user.associatedAors);
  if (user.roles.length > 0) {
    xml.open("roles");
    for (const role of user.roles) xml.leaf("entry", role);
    xml.close();
  }
  writeWords(xml, "languages", user.languages);
  writeText(xml, "cascaded-focus", user.cascadedFocus);
  for (const endpoint of user.endpoints) writeEndpoint(xml, endpoint);
  // Those who know the data model of RFC 6501 look for an element.
  writeText(xml, "xcon:nickname", user.nickname);
  xml.close();
}

function writeEndpoint(xml: XmlWriter, endpoint: EndpointElement): void {
  xml.open("endpoint", { entity: endpoint.entity, state: endpoint.state });
  writeText(xml, "display-text", endpoint.displayText);
  writeExecution(xml, "referred", endpoint.referred);
  writeText(xml, "status", endpoint.status);
  writeText(xml, "joining-method", endpoint.joiningMethod);
  writeExecution(xml, "joining-info", endpoint.joiningInfo);
  writeText(xml, "disconnection-method", endpoint.disconnectionMethod);
  writeExecution(xml, "disconnection-info", endpoint.disconnectionInfo);
  for (const media of endpoint.media) writeMedia(xml, media);
  xml.close();
}

function writeExecution(xml: XmlWriter, name: string, done: Execution | undefined): void {
  if (done === undefined) return;
  xml.open(name);
  writeText(xml, "when", done.when);
  writeText(xml, "reason", done.reason);
  writeText(xml, "by", done.by);
  xml.close();
}

function writeMedia(xml: XmlWriter, media: EndpointMedia): void {
  xml.open("media", { id: media.id });
  writeText(xml, "display-text", media.displayText);
  writeText(xml, "type", media.type);
  writeText(xml, "label", media.label);
  writeText(xml, "src-id", media.srcId);
  writeText(xml, "status", media.status);
  xml.close();
}

/** A list without entries is not valid, and says nothing. */
function writeUris(xml: XmlWriter, name: string, uris: readonly ConferenceUri[]): void {
  if (uris.length === 0) return;
  xml.open(name);
  for (const { uri, displayText, purpose } of uris) {
    xml.open("entry").leaf("uri", uri);
    writeText(xml, "display-text", displayText);
    writeText(xml, "purpose", purpose);
    xml.close();
  }
  xml.close();
}

function writeWords(xml: XmlWriter, name: string, words: readonly string[]): void {
  if (words.length > 0) xml.leaf(name, words.join(" "));
}

function writeText(
  xml: XmlWriter,
  name: string,
  value: string | number | boolean | undefined,
): void {
  if (value !== undefined) xml.leaf(name, String(value));
}
