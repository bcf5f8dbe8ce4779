/** XML 1.0 with namespaces, read into a tree within limits: UTF-8 only, no DOCTYPE, no entities. */
import { FormatError, type Parsed, parsed } from "../format-error.ts";
import { utf8Text } from "../text.ts";
import { ByteOffsets } from "./byte-offsets.ts";
import { type Name, NamespaceScopes } from "./namespace-scopes.ts";
import { XmlScanner, type XmlToken } from "./scan-xml.ts";
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

const FORMAT = "XML";
const LONGEST_REASON = 200;

export function parseXml(bytes: Uint8Array, limits: Partial<XmlLimits> = {}): Parsed<XmlDocument> {
  return parsed(() => new XmlReader(bytes, { ...XML_LIMITS, ...limits }).read());
}

/** An element whose end is not known yet. */
type OpenElement = { -readonly [Key in keyof XmlElement]: XmlElement[Key] } & {
  children: XmlNode[];
};

interface Open {
  /** As it was written. */
  readonly name: string;
  readonly element: OpenElement;
}

type Token<Kind extends XmlToken["kind"]> = Extract<XmlToken, { readonly kind: Kind }>;

class XmlReader {
  readonly #limits: XmlLimits;
  readonly #length: number;
  readonly #offsets: ByteOffsets;
  readonly #scanner: XmlScanner;
  readonly #scopes: NamespaceScopes;
  readonly #open: Open[] = [];
  #root: XmlElement | undefined;
  #nodes = 0;

  constructor(bytes: Uint8Array, limits: XmlLimits) {
    if (bytes.length > limits.bytes) throw new FormatError(FORMAT, limits.bytes, "too long");
    const base = hasByteOrderMark(bytes) ? 3 : 0;
    const content = bytes.subarray(base);
    const text = utf8Text(content);
    const fail = (reason: string): never => this.#fail(reason);
    this.#limits = limits;
    this.#length = text.length;
    this.#offsets = new ByteOffsets(text, content.length, base);
    this.#scanner = new XmlScanner(text, limits, fail);
    this.#scopes = new NamespaceScopes(fail);
  }

  read(): XmlDocument {
    this.#checkEncoding(this.#scanner.declaration());
    for (let token = this.#scanner.next(); token !== undefined; token = this.#scanner.next()) {
      switch (token.kind) {
        case "start":
          this.#openElement(token);
          break;
        case "end":
          this.#closeElement(token);
          break;
        case "text":
          this.#addText(token);
          break;
        case "comment":
          this.#addComment(token);
          break;
      }
    }
    const unclosed = this.#open.at(-1);
    if (unclosed !== undefined) this.#fail(`unclosed tag: ${unclosed.name}`);
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

  #openElement({ name, attributes: written, start, empty }: Token<"start">): void {
    if (this.#root !== undefined) this.#fail("documents may contain only one root.");
    this.#countNode();
    if (this.#open.length >= this.#limits.depth) this.#fail("elements nest too deep");
    this.#checkLength(name, "name");
    const declarations = this.#declare(written);
    const attributes = this.#readAttributes(written);
    const contentStart = this.#scanner.position;
    const startOctet = this.#offsets.at(start);
    const end = this.#offsets.at(contentStart);
    const element: OpenElement = {
      kind: "element",
      ...this.#scopes.elementName(name),
      attributes,
      declarations,
      children: [],
      start: startOctet,
      end,
      contentStart: end,
      contentEnd: end,
    };
    this.#open.at(-1)?.element.children.push(element);
    if (!empty) {
      this.#open.push({ name, element });
      return;
    }
    this.#scopes.close();
    if (this.#open.length === 0) this.#root = element;
  }

  #declare(written: Token<"start">["attributes"]): readonly XmlDeclaration[] {
    const declarations: XmlDeclaration[] = [];
    for (const [name, value] of written) {
      this.#checkLength(name, "name");
      this.#checkLength(value, "attribute value");
      const declared = declaredBy(name);
      if (declared === undefined) continue;
      declarations.push({ prefix: declared, namespace: value.trim() });
    }
    this.#scopes.open(declarations);
    return declarations;
  }

  #readAttributes(written: Token<"start">["attributes"]): readonly XmlAttribute[] {
    const attributes: XmlAttribute[] = [];
    const prefixed = new Set<string>();
    for (const [name, value] of written) {
      if (declaredBy(name) !== undefined) continue;
      const { namespace, local, prefix }: Name = this.#scopes.attributeName(name);
      if (prefix !== "") {
        const expanded = `${namespace} ${local}`;
        if (prefixed.has(expanded)) this.#fail(`duplicate attribute: ${name}.`);
        prefixed.add(expanded);
      }
      attributes.push({ namespace, local, prefix, value });
    }
    return attributes;
  }

  #checkLength(text: string, what: string): void {
    if (text.length > this.#limits.nameLength) this.#fail(`${what} is too long`);
  }

  #closeElement({ name, start }: Token<"end">): void {
    const open = this.#open.pop();
    if (open === undefined || open.name !== name)
      return this.#fail(`unmatched closing tag: ${name}.`);
    const { element } = open;
    element.contentEnd = this.#offsets.at(start);
    element.end = this.#offsets.at(this.#scanner.position);
    this.#scopes.close();
    if (this.#open.length === 0) this.#root = element;
  }

  #addText({ text, white }: Token<"text">): void {
    const siblings = this.#open.at(-1)?.element.children;
    if (siblings === undefined) {
      if (!white) this.#fail("text data outside of root node.");
      return;
    }
    if (text === "") return;
    const before = siblings.at(-1);
    if (typeof before === "string") {
      siblings[siblings.length - 1] = before + text;
      return;
    }
    this.#countNode();
    siblings.push(text);
  }

  #addComment({ text }: Token<"comment">): void {
    this.#countNode();
    this.#open.at(-1)?.element.children.push({ kind: "comment", text });
  }

  #fail(reason: string): never {
    const place = Math.min(this.#scanner.position, this.#length);
    throw new FormatError(FORMAT, this.#offsets.at(place), reason.slice(0, LONGEST_REASON));
  }
}

/** The prefix that an attribute declares; "" for the default namespace. */
function declaredBy(name: string): string | undefined {
  if (name === "xmlns") return "";
  return name.startsWith("xmlns:") && name.length > 6 ? name.slice(6) : undefined;
}

function hasByteOrderMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}
