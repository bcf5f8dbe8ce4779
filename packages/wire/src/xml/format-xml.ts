/** Writes a tree that was read: same names, prefixes, attributes, text and comments. */
import { utf8Bytes } from "../text.ts";
import { escapeXml, escapeXmlAttribute } from "./escape-xml.ts";
import type { XmlDocument, XmlElement } from "./tree.ts";

export function formatXml(document: XmlDocument): Uint8Array<ArrayBuffer> {
  return utf8Bytes(`<?xml version="1.0" encoding="UTF-8"?>\n${writeElement(document.root)}\n`);
}

/** Depth is bounded by the limits under which the tree was read. */
function writeElement(element: XmlElement): string {
  const name = qualified(element.prefix, element.local);
  let text = `<${name}`;
  for (const { prefix, namespace } of element.declarations) {
    text += prefix === "" ? " xmlns" : ` xmlns:${prefix}`;
    text += `="${escapeXmlAttribute(namespace)}"`;
  }
  for (const { prefix, local, value } of element.attributes) {
    text += ` ${qualified(prefix, local)}="${escapeXmlAttribute(value)}"`;
  }
  if (element.children.length === 0) return `${text}/>`;
  text += ">";
  for (const node of element.children) {
    if (typeof node === "string") text += escapeXml(node);
    else text += node.kind === "element" ? writeElement(node) : `<!--${node.text}-->`;
  }
  return `${text}</${name}>`;
}

function qualified(prefix: string, local: string): string {
  return prefix === "" ? local : `${prefix}:${local}`;
}
