/** An XML document as a small tree of elements and text, each element with its place in the octets. */

export interface XmlDocument {
  readonly root: XmlElement;
}

/** Neighbouring text, references and CDATA are one string. Instructions are not kept. */
export type XmlNode = XmlElement | XmlComment | string;

/** Kept so that a document that is written again says what it said. */
export interface XmlComment {
  readonly kind: "comment";
  readonly text: string;
}

/** Compare by namespace and local name; the prefix only says how it was written. */
export interface XmlElement {
  readonly kind: "element";
  /** Empty when the element is in no namespace. */
  readonly namespace: string;
  readonly local: string;
  readonly prefix: string;
  readonly attributes: readonly XmlAttribute[];
  /** The `xmlns` attributes of this element, in order; the default namespace has prefix "". */
  readonly declarations: readonly XmlDeclaration[];
  readonly children: readonly XmlNode[];
  /** Octets `start` to `end` are the whole element, tags included. */
  readonly start: number;
  readonly end: number;
  /** What lies between the tags. Both are `end` for an empty-element tag (`<a/>`). */
  readonly contentStart: number;
  readonly contentEnd: number;
}

export interface XmlAttribute {
  /** Empty for an attribute without prefix: the default namespace does not reach attributes. */
  readonly namespace: string;
  readonly local: string;
  readonly prefix: string;
  readonly value: string;
}

export interface XmlDeclaration {
  readonly prefix: string;
  readonly namespace: string;
}

/** The first child element of that name; its namespace is the parent's unless another is named. */
export function child(
  parent: XmlElement,
  local: string,
  namespace: string = parent.namespace,
): XmlElement | undefined {
  for (const node of parent.children) {
    if (isElement(node) && node.local === local && node.namespace === namespace) return node;
  }
  return undefined;
}

/** All child elements, or those of one name; text, comments and foreign elements are passed over. */
export function children(
  parent: XmlElement,
  local?: string,
  namespace: string = parent.namespace,
): readonly XmlElement[] {
  const found: XmlElement[] = [];
  for (const node of parent.children) {
    if (!isElement(node)) continue;
    if (local === undefined || (node.local === local && node.namespace === namespace)) {
      found.push(node);
    }
  }
  return found;
}

export function attribute(element: XmlElement, local: string, namespace = ""): string | undefined {
  for (const one of element.attributes) {
    if (one.local === local && one.namespace === namespace) return one.value;
  }
  return undefined;
}

/** All text below the element; white space around it says nothing in the formats we read. */
export function textContent(element: XmlElement): string {
  return rawText(element).trim();
}

function rawText(element: XmlElement): string {
  let text = "";
  for (const node of element.children) {
    if (typeof node === "string") text += node;
    else if (node.kind === "element") text += rawText(node);
  }
  return text;
}

function isElement(node: XmlNode): node is XmlElement {
  return typeof node !== "string" && node.kind === "element";
}
