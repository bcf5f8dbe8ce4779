/** DELETE of an element or attribute; the white space around an element stays. RFC 4825 §7.5, §8.4 */
import { parseXml, type XmlDocument } from "@parlance/wire";
import { attributeSpan, findWritten, splice } from "../xml-edit/index.ts";
import { conflict, type XcapEdit } from "./edit-outcome.ts";
import { attributeNamed, elementOf } from "./locate.ts";
import type { NodeSelector } from "./selector.ts";
import { xcapError } from "./xcap-error.ts";

/** `bytes` are what `document` was read from. */
export function deleteNode(
  bytes: Uint8Array,
  document: XmlDocument,
  selector: NodeSelector,
): XcapEdit {
  if (selector.terminal.kind === "namespaces") return { kind: "not allowed" };
  const span = spanOf(bytes, document, selector);
  if (span === undefined) return { kind: "not found" };
  const [start, end] = span;
  if (start === document.root.start) {
    return conflict(xcapError("schema-validation-error", "a document has a root"));
  }
  const edited = splice(bytes, start, end, new Uint8Array(0));
  const left = parseXml(edited);
  if (!left.ok) return conflict(xcapError("constraint-failure", left.error.reason));
  // Asked again, the same request must find nothing: else it would not be idempotent.
  if (spanOf(edited, left.value, selector) !== undefined) {
    return conflict(xcapError("cannot-delete"));
  }
  return { kind: "edited", bytes: edited, document: left.value, created: false };
}

/** The octets of what is selected. */
function spanOf(
  bytes: Uint8Array,
  { root }: XmlDocument,
  selector: NodeSelector,
): readonly [start: number, end: number] | undefined {
  const element = elementOf(root, selector);
  if (element === undefined) return undefined;
  if (selector.terminal.kind !== "attribute") return [element.start, element.end];
  const attribute = attributeNamed(element, selector.terminal.name);
  const written = attribute && findWritten(bytes, element, attribute);
  return written && attributeSpan(bytes, written);
}
