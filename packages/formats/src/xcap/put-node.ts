/** PUT of a part of a document. RFC 4825 §8.2 */
import { type Parsed, parseXml, type XmlDocument } from "@parlance/wire";
import type { XcapEdit } from "./edit-outcome.ts";
import { putAttribute } from "./put-attribute.ts";
import { putElement } from "./put-element.ts";
import type { NodeSelector } from "./selector.ts";
import { isUtf8 } from "./text-body.ts";
import { type XcapError, xcapError } from "./xcap-error.ts";

/** `bytes` are what `document` was read from. Constraints of the application usage are the caller's. */
export function putNode(
  bytes: Uint8Array,
  document: XmlDocument,
  selector: NodeSelector,
  body: Uint8Array,
): XcapEdit {
  const { terminal } = selector;
  switch (terminal.kind) {
    case "element":
      return putElement(bytes, document, selector, body);
    case "attribute":
      return putAttribute(bytes, document, selector, terminal.name, body);
    case "namespaces":
      return { kind: "not allowed" };
  }
}

/** A whole document as a body: read, or what is wrong with it. §8.2.2 */
export function readXcapDocument(
  body: Uint8Array,
):
  | { readonly ok: true; readonly document: XmlDocument }
  | { readonly ok: false; readonly error: XcapError } {
  const parsed: Parsed<XmlDocument> = parseXml(body);
  if (parsed.ok) return { ok: true, document: parsed.value };
  const { reason } = parsed.error;
  const foreign = !isUtf8(body) || reason === NOT_UTF8;
  return { ok: false, error: xcapError(foreign ? "not-utf-8" : "not-well-formed", reason) };
}

/** As the XML reader says it of a declaration that names another encoding. */
const NOT_UTF8 = "only UTF-8 is accepted";
