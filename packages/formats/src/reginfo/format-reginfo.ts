/** Writes application/reginfo+xml. RFC 3680 §5.4, RFC 5628 §8 */
import { XmlWriter } from "@parlance/wire";
import { GRUUINFO, REGINFO, type Reginfo, type RegisteredContact } from "./reginfo.ts";

export function formatReginfo({ version, state, registrations }: Reginfo): Uint8Array<ArrayBuffer> {
  const xml = new XmlWriter();
  xml.open("reginfo", { xmlns: REGINFO, "xmlns:gr": GRUUINFO, version, state });
  for (const { aor, id, state: of, contacts } of registrations) {
    xml.open("registration", { aor, id, state: of });
    for (const contact of contacts) writeContact(xml, contact);
    xml.close();
  }
  return xml.close().done();
}

function writeContact(xml: XmlWriter, contact: RegisteredContact): void {
  xml.open("contact", {
    id: contact.id,
    state: contact.state,
    event: contact.event,
    "duration-registered": contact.registeredSeconds,
    expires: contact.expiresSeconds,
    "retry-after": contact.retryAfterSeconds,
    q: contact.q,
    callid: contact.callId,
    cseq: contact.cseq,
  });
  xml.leaf("uri", contact.uri);
  if (contact.displayName !== undefined) xml.leaf("display-name", contact.displayName);
  for (const [name, value] of contact.parameters) xml.leaf("unknown-param", value, { name });
  if (contact.publicGruu !== undefined) xml.leaf("gr:pub-gruu", "", { uri: contact.publicGruu });
  if (contact.temporaryGruu !== undefined) {
    const { uri, firstCseq } = contact.temporaryGruu;
    xml.leaf("gr:temp-gruu", "", { uri, "first-cseq": firstCseq });
  }
  xml.close();
}
