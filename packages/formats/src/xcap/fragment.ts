/** The body of a PUT of an element: one element, whose prefixes may be bound where it goes. RFC 4825 §8.2.2 */
import {
  concatBytes,
  escapeXmlAttribute,
  parseXml,
  utf8Bytes,
  type XmlElement,
} from "@parlance/wire";
import { bindingsInScope } from "../xml-edit/index.ts";

/** The octets of the element, without white space around it; `undefined` when it is not exactly one. */
export function readFragment(
  body: Uint8Array,
  parents: readonly XmlElement[],
): Uint8Array | undefined {
  let open = "<fragment";
  for (const [prefix, namespace] of bindingsInScope(parents)) {
    open += ` ${prefix === "" ? "xmlns" : `xmlns:${prefix}`}="${escapeXmlAttribute(namespace)}"`;
  }
  const head = utf8Bytes(`${open}>`);
  const document = parseXml(concatBytes(head, body, utf8Bytes("</fragment>")), LIMITS);
  if (!document.ok) return undefined;
  const { root } = document.value;
  const [element, more] = root.children.filter((node) => !isBlank(node));
  // The end of the wrapper must be ours, and not one that stands in the body.
  if (root.contentEnd !== head.length + body.length) return undefined;
  if (typeof element !== "object" || element.kind !== "element" || more !== undefined)
    return undefined;
  return body.subarray(element.start - head.length, element.end - head.length);
}

/** The wrapper takes one level and as many attributes as there are bindings. */
const LIMITS = { depth: 33, attributesAnElement: 512 };

function isBlank(node: XmlElement["children"][number]): boolean {
  return typeof node === "string" && node.trim() === "";
}
