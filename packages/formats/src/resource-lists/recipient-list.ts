/** The list of receivers in a SIP body, and how it is written: application/resource-lists+xml. RFC 5363, 5364, 5365 */
import { XmlWriter } from "@parlance/wire";

export interface Recipient {
  readonly uri: string;
  readonly displayName: string | undefined;
  /** Absent counts as `bcc`, but is told apart: without any, no history was wanted. RFC 5364 §4 */
  readonly copyControl: CopyControl | undefined;
  /** Whether the others must not learn this URI. RFC 5364 §4 */
  readonly anonymize: boolean;
  /** How many receivers hide behind this entry. RFC 5364 §4 */
  readonly count: number;
}

export type CopyControl = "to" | "cc" | "bcc";

export const RESOURCE_LISTS_TYPE = "application/resource-lists+xml";
export const ANONYMOUS_URI = "sip:anonymous@anonymous.invalid"; // RFC 5364 §4

export const LISTS = "urn:ietf:params:xml:ns:resource-lists";
export const COPY = "urn:ietf:params:xml:ns:copycontrol";

/** `undefined` where nothing was said: it is left out. */
export function formatRecipientList(
  recipients: readonly (Pick<Recipient, "uri"> & Partial<Recipient>)[],
): Uint8Array<ArrayBuffer> {
  const xml = new XmlWriter().open("resource-lists", { xmlns: LISTS, "xmlns:cp": COPY });
  xml.open("list");
  for (const { uri, displayName, copyControl, anonymize, count } of recipients) {
    xml.open("entry", {
      uri,
      "cp:copyControl": copyControl,
      "cp:anonymize": anonymize === true ? true : undefined,
      "cp:count": count === undefined || count === 1 ? undefined : count,
    });
    if (displayName !== undefined) xml.leaf("display-name", displayName);
    xml.close();
  }
  return xml.close().close().done();
}
