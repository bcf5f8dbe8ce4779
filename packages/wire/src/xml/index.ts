/** XML: read within limits, ask, write. */
export { escapeXml, escapeXmlAttribute } from "./escape-xml.ts";
export { formatXml } from "./format-xml.ts";
export { XML_NCNAME } from "./names.ts";
export { parseXml, XML_LIMITS, type XmlLimits } from "./parse-xml.ts";
export {
  attribute,
  child,
  children,
  textContent,
  type XmlAttribute,
  type XmlComment,
  type XmlDeclaration,
  type XmlDocument,
  type XmlElement,
  type XmlNode,
} from "./tree.ts";
export { type XmlAttributes, XmlWriter } from "./xml-writer.ts";
