/** Reads application/reginfo+xml, and what it makes of the state known before. RFC 3680 §5 */
import {
  attribute,
  child,
  children,
  FormatError,
  type Parsed,
  parsed,
  parseXml,
  textContent,
  type XmlElement,
} from "@parlance/wire";
import {
  CONTACT_EVENTS,
  type ContactEvent,
  GRUUINFO,
  REGINFO,
  REGINFO_TYPE,
  type Reginfo,
  type RegisteredContact,
  type Registration,
  type TemporaryGruu,
} from "./reginfo.ts";

export function parseReginfo(bytes: Uint8Array): Parsed<Reginfo> {
  const document = parseXml(bytes);
  return document.ok ? parsed(() => readReginfo(document.value.root)) : document;
}

function readReginfo(root: XmlElement): Reginfo {
  if (root.namespace !== REGINFO || root.local !== "reginfo") fail(root, "root is not reginfo");
  const state = required(root, "state");
  if (state !== "full" && state !== "partial") return fail(root, "state is unknown");
  const version = number(root, "version") ?? fail(root, "version is no number");
  return { version, state, registrations: children(root, "registration").map(readRegistration) };
}

function readRegistration(element: XmlElement): Registration {
  const state = required(element, "state");
  if (state !== "init" && state !== "active" && state !== "terminated") {
    return fail(element, "state is unknown");
  }
  const contacts = children(element, "contact").map(readContact);
  return { aor: required(element, "aor"), id: required(element, "id"), state, contacts };
}

function readContact(element: XmlElement): RegisteredContact {
  const state = required(element, "state");
  if (state !== "active" && state !== "terminated") return fail(element, "state is unknown");
  const event = required(element, "event");
  const uri = child(element, "uri") ?? fail(element, "contact has no uri");
  const displayName = child(element, "display-name");
  const publicGruu = child(element, "pub-gruu", GRUUINFO);
  return {
    id: required(element, "id"),
    state,
    event: isContactEvent(event) ? event : fail(element, "event is unknown"),
    uri: textContent(uri),
    displayName: displayName && textContent(displayName),
    expiresSeconds: number(element, "expires"),
    retryAfterSeconds: number(element, "retry-after"),
    registeredSeconds: number(element, "duration-registered"),
    q: attribute(element, "q"),
    callId: attribute(element, "callid"),
    cseq: number(element, "cseq"),
    parameters: children(element, "unknown-param").map(
      (one) => [required(one, "name"), textContent(one)] as const,
    ),
    publicGruu: publicGruu && attribute(publicGruu, "uri"),
    temporaryGruu: readTemporaryGruu(child(element, "temp-gruu", GRUUINFO)),
  };
}

function readTemporaryGruu(element: XmlElement | undefined): TemporaryGruu | undefined {
  if (element === undefined) return undefined;
  const firstCseq = number(element, "first-cseq");
  // Without it nobody can tell how long the address is good.
  return firstCseq === undefined ? undefined : { uri: required(element, "uri"), firstCseq };
}

function isContactEvent(text: string): text is ContactEvent {
  return (CONTACT_EVENTS as readonly string[]).includes(text);
}

function required(element: XmlElement, name: string): string {
  return attribute(element, name) ?? fail(element, `${name} is missing`);
}

function number(element: XmlElement, name: string): number | undefined {
  const digits = attribute(element, name)?.trim() ?? "";
  return /^\d{1,10}$/.test(digits) ? Number(digits) : undefined;
}

function fail(element: XmlElement, reason: string): never {
  throw new FormatError(REGINFO_TYPE, element.start, reason);
}
