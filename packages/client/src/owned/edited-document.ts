/** A document that is changed by its octets: what a change is not about stays as it was written. RFC 4825 §8.2 */
import { insertInside, splice } from "@parlance/formats";
import {
  children,
  escapeXml,
  escapeXmlAttribute,
  parseXml,
  utf8Bytes,
  type XmlElement,
} from "@parlance/wire";
import { ImError } from "../base/errors.ts";

export class EditedDocument {
  #bytes: Uint8Array;
  #root: XmlElement;

  /** Throws ImError for what is no XML. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#root = rootOf(bytes);
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Elements are good until the next change. */
  get root(): XmlElement {
    return this.#root;
  }

  /** Behind the last child of one of these names, else in front of all. */
  insert(parent: XmlElement, piece: string, behind: readonly string[]): void {
    const last = children(parent).findLast(({ local }) => behind.includes(local));
    const place = last?.end ?? "first";
    this.#become(insertInside(this.#bytes, parent, place, utf8Bytes(piece)).bytes);
  }

  replace(element: XmlElement, piece: string): void {
    this.#become(splice(this.#bytes, element.start, element.end, utf8Bytes(piece)));
  }

  remove(element: XmlElement): void {
    this.replace(element, "");
  }

  #become(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#root = rootOf(bytes);
  }
}

function rootOf(bytes: Uint8Array): XmlElement {
  const read = parseXml(bytes);
  if (read.ok) return read.value.root;
  throw new ImError("server trouble", { warning: read.error.message });
}

/** An element of the same namespace as the one that it is for. */
export function elementFor(
  parent: Pick<XmlElement, "prefix">,
  local: string,
  attributes: Readonly<Record<string, string>>,
  content = "",
): string {
  const name = parent.prefix === "" ? local : `${parent.prefix}:${local}`;
  const written = Object.entries(attributes).map(
    ([attribute, value]) => ` ${attribute}="${escapeXmlAttribute(value)}"`,
  );
  const start = `<${name}${written.join("")}`;
  return content === "" ? `${start}/>` : `${start}>${content}</${name}>`;
}

export function textFor(parent: Pick<XmlElement, "prefix">, local: string, text: string): string {
  return elementFor(parent, local, {}, escapeXml(text));
}
