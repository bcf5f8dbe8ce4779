/** XML 1.0 with namespaces, read into a tree within limits: UTF-8 only, no DOCTYPE, no entities. */
import { SaxesParser, type SaxesTagNS } from "saxes";
import { FormatError, type Parsed, parsed } from "../format-error.ts";
import { utf8Text } from "../text.ts";
import { ByteOffsets } from "./byte-offsets.ts";
import type { XmlAttribute, XmlDeclaration, XmlDocument, XmlElement, XmlNode } from "./tree.ts";

export interface XmlLimits {
  readonly bytes: number;
  readonly depth: number;
  /** Elements, runs of text and comments together. */
  readonly nodes: number;
  readonly attributesAnElement: number;
  /** Longest name or attribute value, in characters. */
  readonly nameLength: number;
}

/** Far above what any document of the service needs, far below what hurts. */
export const XML_LIMITS: XmlLimits = {
  bytes: 256 * 1024,
  depth: 32,
  nodes: 10_000,
  attributesAnElement: 256,
  nameLength: 8192,
};

/** A document that declares 1.1 is read by the rules of 1.0. XML 1.0 (fifth edition) §2.8 */
const OPTIONS = {
  xmlns: true,
  position: false,
  forceXMLVersion: true,
  defaultXMLVersion: "1.0",
} as const;

const XMLNS = "http://www.w3.org/2000/xmlns/";
const FORMAT = "XML";
const LONGEST_REASON = 200;

export function parseXml(bytes: Uint8Array, limits: Partial<XmlLimits> = {}): Parsed<XmlDocument> {
  return parsed(() => new XmlReader(bytes, { ...XML_LIMITS, ...limits }).read());
}

/** An element whose end is not known yet. */
type OpenElement = { -readonly [Key in keyof XmlElement]: XmlElement[Key] } & {
  children: XmlNode[];
};

class XmlReader {
  readonly #limits: XmlLimits;
  readonly #text: string;
  readonly #offsets: ByteOffsets;
  readonly #parser = new SaxesParser(OPTIONS);
  readonly #open: OpenElement[] = [];
  #root: XmlElement | undefined;
  #nodes = 0;

  constructor(bytes: Uint8Array, limits: XmlLimits) {
    if (bytes.length > limits.bytes) throw new FormatError(FORMAT, limits.bytes, "too long");
    const base = hasByteOrderMark(bytes) ? 3 : 0;
    const content = bytes.subarray(base);
    this.#limits = limits;
    this.#text = utf8Text(content);
    this.#offsets = new ByteOffsets(this.#text, content.length, base);
  }

  read(): XmlDocument {
    const parser = this.#parser;
    // Six handlers and no more: a seventh would turn the parser into a dictionary inside V8, which
    // makes it four times slower. Hence faults are caught and the declaration is read afterwards.
    parser.on("opentag", (tag) => this.#openElement(tag));
    parser.on("closetag", (tag) => this.#closeElement(tag.isSelfClosing));
    parser.on("text", (text) => this.#addText(text));
    parser.on("cdata", (text) => this.#addText(text));
    parser.on("comment", (text) => this.#addComment(text));
    // No DOCTYPE at all: with it go entities, external subsets and everything they can be used for.
    parser.on("doctype", () => this.#fail("DOCTYPE is not allowed"));
    try {
      parser.write(this.#text);
      this.#checkEncoding(parser.xmlDecl.encoding);
      parser.close();
    } catch (error) {
      // What the parser itself finds is a plain Error; anything more special is ours.
      if (error instanceof Error && error.name === "Error") this.#fail(error.message);
      throw error;
    }
    return { root: this.#root ?? this.#fail("no root element") };
  }

  #checkEncoding(encoding: string | undefined): void {
    if (encoding === undefined || /^(?:utf-?8|us-ascii)$/i.test(encoding)) return;
    this.#fail("only UTF-8 is accepted");
  }

  #countNode(): void {
    this.#nodes += 1;
    if (this.#nodes > this.#limits.nodes) this.#fail("too many nodes");
  }

  #openElement(tag: SaxesTagNS): void {
    this.#countNode();
    if (this.#open.length >= this.#limits.depth) this.#fail("elements nest too deep");
    this.#checkLength(tag.name, "name");
    const attributes: XmlAttribute[] = [];
    const declarations: XmlDeclaration[] = [];
    this.#readAttributes(tag, attributes, declarations);
    const position = this.#parser.position;
    // A start tag holds no other "<": in attribute values it is not allowed.
    const start = this.#offsets.at(this.#text.lastIndexOf("<", position - 1));
    const contentStart = this.#offsets.at(position);
    const element: OpenElement = {
      kind: "element",
      namespace: tag.uri,
      local: tag.local,
      prefix: tag.prefix,
      attributes,
      declarations,
      children: [],
      start,
      end: contentStart,
      contentStart,
      contentEnd: contentStart,
    };
    this.#open.at(-1)?.children.push(element);
    this.#open.push(element);
  }

  #readAttributes(
    tag: SaxesTagNS,
    attributes: XmlAttribute[],
    declarations: XmlDeclaration[],
  ): void {
    for (const written in tag.attributes) {
      const one = tag.attributes[written];
      if (one === undefined) continue;
      const { uri, local, prefix, value } = one;
      this.#checkLength(written, "name");
      this.#checkLength(value, "attribute value");
      if (uri !== XMLNS) attributes.push({ namespace: uri, local, prefix, value });
      else declarations.push({ prefix: prefix === "" ? "" : local, namespace: value.trim() });
      const count = attributes.length + declarations.length;
      if (count > this.#limits.attributesAnElement) this.#fail("too many attributes");
    }
  }

  #checkLength(text: string, what: string): void {
    if (text.length > this.#limits.nameLength) this.#fail(`${what} is too long`);
  }

  #closeElement(emptyElementTag: boolean): void {
    const element = this.#open.pop();
    if (element === undefined) return;
    const position = this.#parser.position;
    if (!emptyElementTag) {
      element.contentEnd = this.#offsets.at(this.#text.lastIndexOf("<", position - 1));
      element.end = this.#offsets.at(position);
    }
    this.#root = element;
  }

  /** Text beside the root can only be white space: the parser refuses everything else. */
  #addText(text: string): void {
    const siblings = this.#open.at(-1)?.children;
    if (siblings === undefined || text === "") return;
    const before = siblings.at(-1);
    if (typeof before === "string") {
      siblings[siblings.length - 1] = before + text;
      return;
    }
    this.#countNode();
    siblings.push(text);
  }

  #addComment(text: string): void {
    this.#countNode();
    this.#open.at(-1)?.children.push({ kind: "comment", text });
  }

  #fail(reason: string): never {
    const place = Math.min(this.#parser.position, this.#text.length);
    throw new FormatError(FORMAT, this.#offsets.at(place), reason.slice(0, LONGEST_REASON));
  }
}

function hasByteOrderMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}
