/** application/xcap-caps+xml: which documents, extensions and namespaces a server knows. RFC 4825 §12 */
import {
  child,
  children,
  type Parsed,
  parsed,
  parseXml,
  textContent,
  type XmlElement,
  XmlWriter,
} from "@parlance/wire";
import { expectRoot } from "../xml-fields.ts";

export interface XcapCapabilities {
  readonly auids: readonly string[];
  readonly extensions: readonly string[];
  readonly namespaces: readonly string[];
}

export const XCAP_CAPS_TYPE = "application/xcap-caps+xml";
const XCAP_CAPS = "urn:ietf:params:xml:ns:xcap-caps";
const XCAP_CAPS_AUID = "xcap-caps";

/** The usage by which this document is read belongs to every server. */
export function formatXcapCapabilities(known: XcapCapabilities): Uint8Array<ArrayBuffer> {
  const xml = new XmlWriter().open("xcap-caps", { xmlns: XCAP_CAPS });
  writeList(xml, "auids", "auid", new Set([XCAP_CAPS_AUID, ...known.auids]));
  writeList(xml, "extensions", "extension", new Set(known.extensions));
  writeList(xml, "namespaces", "namespace", new Set([XCAP_CAPS, ...known.namespaces]));
  return xml.close().done();
}

export function parseXcapCapabilities(bytes: Uint8Array): Parsed<XcapCapabilities> {
  const document = parseXml(bytes);
  if (!document.ok) return document;
  const { root } = document.value;
  return parsed(() => {
    expectRoot(XCAP_CAPS_TYPE, root, XCAP_CAPS, "xcap-caps");
    return {
      auids: readList(root, "auids", "auid"),
      extensions: readList(root, "extensions", "extension"),
      namespaces: readList(root, "namespaces", "namespace"),
    };
  });
}

function writeList(xml: XmlWriter, list: string, name: string, values: Iterable<string>): void {
  xml.open(list);
  for (const value of values) xml.leaf(name, value);
  xml.close();
}

function readList(root: XmlElement, list: string, name: string): readonly string[] {
  const element = child(root, list);
  const found = element === undefined ? [] : children(element, name).map(textContent);
  return found.filter((value) => value !== "");
}
