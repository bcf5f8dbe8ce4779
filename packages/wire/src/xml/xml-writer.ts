/** Writes an XML document tag by tag; what is open is closed, what is not XML is escaped. */
import { utf8Bytes } from "../text.ts";
import { escapeXml, escapeXmlAttribute } from "./escape-xml.ts";
import { XML_NCNAME } from "./names.ts";

/** An attribute whose value is `undefined` is left out. */
export type XmlAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

const NAME = new RegExp(`^${XML_NCNAME}(?::${XML_NCNAME})?$`, "u");

export class XmlWriter {
  #text = '<?xml version="1.0" encoding="UTF-8"?>\n';
  readonly #open: string[] = [];

  /** Names are written as given, prefix included; prefixes are declared by `xmlns:…` attributes. */
  open(name: string, attributes: XmlAttributes = {}): this {
    this.#text += `<${checked(name)}${writeAttributes(attributes)}>`;
    this.#open.push(name);
    return this;
  }

  close(): this {
    const name = this.#open.pop();
    if (name === undefined) throw new RangeError("no element is open");
    this.#text += `</${name}>`;
    return this;
  }

  text(text: string): this {
    this.#text += escapeXml(text);
    return this;
  }

  /** An element with nothing but text in it, or with nothing at all. */
  leaf(name: string, text = "", attributes: XmlAttributes = {}): this {
    const tag = `<${checked(name)}${writeAttributes(attributes)}`;
    this.#text += text === "" ? `${tag}/>` : `${tag}>${escapeXml(text)}</${name}>`;
    return this;
  }

  /** Content that was read from a well-formed document, as it stood there. The caller answers for it. */
  wellFormed(content: string): this {
    this.#text += content;
    return this;
  }

  /** The finished document. An element still open is a mistake of the caller. */
  done(): Uint8Array<ArrayBuffer> {
    if (this.#open.length > 0) throw new RangeError(`<${this.#open.at(-1)}> is not closed`);
    return utf8Bytes(this.#text);
  }
}

function writeAttributes(attributes: XmlAttributes): string {
  let text = "";
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) text += ` ${checked(name)}="${escapeXmlAttribute(String(value))}"`;
  }
  return text;
}

/** Names come from our own code; a name with markup in it would be a hole in it. */
function checked(name: string): string {
  if (!NAME.test(name)) throw new RangeError(`not an XML name: ${name}`);
  return name;
}
