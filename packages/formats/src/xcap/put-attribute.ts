/** PUT of an attribute: a new value, or a new attribute behind the others. RFC 4825 §7.7, §8.2 */
import {
  escapeXmlAttribute,
  parseXml,
  utf8Bytes,
  utf8Text,
  type XmlDocument,
  type XmlElement,
} from "@parlance/wire";
import {
  attributeEnd,
  bindingsInScope,
  findWritten,
  splice,
  XML_NAMESPACE,
} from "../xml-edit/index.ts";
import { conflict, type XcapEdit } from "./edit-outcome.ts";
import { attributeNamed, elementOf, locate } from "./locate.ts";
import { noParent } from "./no-parent.ts";
import type { ExpandedName, NodeSelector } from "./selector.ts";
import { isUtf8 } from "./text-body.ts";
import { xcapError } from "./xcap-error.ts";

/** `name` is what the selector ends in; `body` is the value with its quotes. */
export function putAttribute(
  bytes: Uint8Array,
  document: XmlDocument,
  selector: NodeSelector,
  name: ExpandedName,
  body: Uint8Array,
): XcapEdit {
  const { path } = locate(document.root, selector.steps);
  const element = path.at(-1);
  if (element === undefined || path.length < selector.steps.length) {
    return conflict(noParent(selector, path.length));
  }
  if (!isUtf8(body)) return conflict(xcapError("not-utf-8"));
  const value = utf8Text(body).trim();
  if (!ATTRIBUTE_VALUE.test(value)) return conflict(xcapError("not-xml-att-value"));

  const known = attributeNamed(element, name);
  const written = known && findWritten(bytes, element, known);
  if (written !== undefined) {
    const { valueStart, valueEnd } = written;
    const edited = splice(bytes, valueStart - 1, valueEnd + 1, utf8Bytes(value));
    return verified(edited, selector, name, value, false);
  }
  const qualified = writeName(name, path);
  if (qualified === undefined) return conflict(xcapError("cannot-insert"));
  const at = attributeEnd(bytes, element);
  const edited = splice(bytes, at, at, utf8Bytes(` ${qualified}=${value}`));
  return verified(edited, selector, name, value, true);
}

/** AttValue, without asking which references it makes: the document is read again. XML 1.0 §2.3 */
const ATTRIBUTE_VALUE = /^(?:"[^<"]*"|'[^<']*')$/;

/**
 * With a prefix that the document has for the namespace, or else with that of the selector and a
 * declaration; `undefined` when the document means something else by that prefix.
 */
function writeName(
  { namespace, local, prefix }: ExpandedName,
  path: readonly XmlElement[],
): string | undefined {
  if (namespace === "") return local;
  if (namespace === XML_NAMESPACE) return `xml:${local}`;
  const bindings = bindingsInScope(path);
  if (bindings.get(prefix) === namespace) return `${prefix}:${local}`;
  for (const [known, bound] of bindings) {
    if (known !== "" && bound === namespace) return `${known}:${local}`;
  }
  if (bindings.has(prefix)) return undefined;
  return `xmlns:${prefix}="${escapeXmlAttribute(namespace)}" ${prefix}:${local}`;
}

/** A GET must give back what was put. RFC 4825 §8.2.4 */
function verified(
  edited: Uint8Array<ArrayBuffer>,
  selector: NodeSelector,
  name: ExpandedName,
  value: string,
  created: boolean,
): XcapEdit {
  const document = parseXml(edited);
  // The document was well-formed: it is the value that is not.
  if (!document.ok) return conflict(xcapError("not-xml-att-value", document.error.reason));
  const element = elementOf(document.value.root, selector);
  const found = element && attributeNamed(element, name);
  const written = found && findWritten(edited, element, found);
  if (written === undefined) return conflict(xcapError("cannot-insert"));
  const back = utf8Text(edited.subarray(written.valueStart - 1, written.valueEnd + 1));
  if (back !== value) return conflict(xcapError("cannot-insert"));
  return { kind: "edited", bytes: edited, document: document.value, created };
}
