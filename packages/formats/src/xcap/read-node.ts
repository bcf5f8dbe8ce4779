/** GET of a part of a document. RFC 4825 §7.6, §7.9, §7.10, §8.3 */
import { escapeXmlAttribute, utf8Bytes, type XmlDocument, type XmlElement } from "@parlance/wire";
import { bindingsInScope, findWritten, writtenName } from "../xml-edit/index.ts";
import { attributeNamed, locate } from "./locate.ts";
import type { NodeSelector } from "./selector.ts";

export interface XcapNode {
  readonly type: string;
  /** As they stand in the document: nothing is added, not even namespaces that come from outside. */
  readonly bytes: Uint8Array;
}

export const XCAP_ELEMENT_TYPE = "application/xcap-el+xml";
export const XCAP_ATTRIBUTE_TYPE = "application/xcap-att+xml";
export const XCAP_NAMESPACES_TYPE = "application/xcap-ns+xml";

/** `bytes` are what `document` was read from; `undefined` when nothing is selected, or several things. */
export function readNode(
  bytes: Uint8Array,
  document: XmlDocument,
  { steps, terminal }: NodeSelector,
): XcapNode | undefined {
  const { path } = locate(document.root, steps);
  const element = path.length === steps.length ? path.at(-1) : undefined;
  if (element === undefined) return undefined;
  switch (terminal.kind) {
    case "element":
      return { type: XCAP_ELEMENT_TYPE, bytes: bytes.subarray(element.start, element.end) };
    case "attribute": {
      const found = attributeNamed(element, terminal.name);
      const written = found && findWritten(bytes, element, found);
      if (written === undefined) return undefined;
      // With its quotes, as AttValue has it.
      const value = bytes.subarray(written.valueStart - 1, written.valueEnd + 1);
      return { type: XCAP_ATTRIBUTE_TYPE, bytes: value };
    }
    case "namespaces":
      return { type: XCAP_NAMESPACES_TYPE, bytes: formatBindings(element, path) };
  }
}

/** What binds the prefixes of a selected element from outside of it. */
export function bindingsAround(
  { root }: XmlDocument,
  { steps }: NodeSelector,
): ReadonlyMap<string, string> {
  return bindingsInScope(locate(root, steps).path.slice(0, -1));
}

/** The value of a selected attribute, its references resolved. */
export function attributeValue(
  { root }: XmlDocument,
  { steps, terminal }: NodeSelector,
): string | undefined {
  const { path } = locate(root, steps);
  const element = path.length === steps.length ? path.at(-1) : undefined;
  if (element === undefined || terminal.kind !== "attribute") return undefined;
  return attributeNamed(element, terminal.name)?.value;
}

/** An element of the same name with every declaration that is in scope. RFC 4825 §10 */
function formatBindings(element: XmlElement, path: readonly XmlElement[]): Uint8Array {
  let text = `<${writtenName(element)}`;
  for (const [prefix, namespace] of bindingsInScope(path)) {
    text += ` ${prefix === "" ? "xmlns" : `xmlns:${prefix}`}="${escapeXmlAttribute(namespace)}"`;
  }
  return utf8Bytes(`${text}/>`);
}
