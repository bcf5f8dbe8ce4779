/**
 * Stands in the pages for `saxes`, of which they would load 8 kB for documents that come whole, without DOCTYPE and by
 * the names of XML 1.0: a third does for those. `tools/pages-saxes.test.ts` holds one against the other. Namespaces in XML 1.0
 */

const XML = "http://www.w3.org/XML/1998/namespace";
const XMLNS = "http://www.w3.org/2000/xmlns/";

const START =
  ":A-Z_a-z\\u{C0}-\\u{D6}\\u{D8}-\\u{F6}\\u{F8}-\\u{2FF}\\u{370}-\\u{37D}\\u{37F}-\\u{1FFF}\\u{200C}\\u{200D}\\u{2070}-\\u{218F}\\u{2C00}-\\u{2FEF}\\u{3001}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFFD}\\u{10000}-\\u{EFFFF}";
const NAME = new RegExp(
  `[${START}][${START}\\-.0-9\\u{B7}\\u{300}-\\u{36F}\\u{203F}\\u{2040}]*`,
  "uy",
);
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;
const SPACE = /[ \t\r\n]*/y;
const EQUALS = /[ \t\r\n]*=[ \t\r\n]*(?=["'])/y;
const LINE_END = /\r\n?/g;
const DECLARATION =
  /<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.\d+"|'1\.\d+')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"([A-Za-z][\w.-]*)"|'([A-Za-z][\w.-]*)'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>/y;
const REFERENCE = /&(?:#(\d+)|#x([\dA-Fa-f]+)|(amp|lt|gt|quot|apos));/y;
const ENTITIES = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

export interface SaxesAttributeNS {
  readonly uri: string;
  readonly local: string;
  readonly prefix: string;
  readonly value: string;
}

export interface SaxesTagNS extends Omit<SaxesAttributeNS, "value"> {
  readonly name: string;
  readonly attributes: Readonly<Record<string, SaxesAttributeNS>>;
  readonly isSelfClosing: boolean;
}

interface Handlers {
  opentag: (tag: SaxesTagNS) => void;
  closetag: (tag: SaxesTagNS) => void;
  text: (text: string) => void;
  cdata: (text: string) => void;
  comment: (text: string) => void;
  doctype: () => void;
}

/** One whose end has not come, with the namespaces that it declares. */
interface Open {
  readonly tag: SaxesTagNS;
  readonly ns: ReadonlyMap<string, string>;
}

type Written = readonly (readonly [name: string, value: string])[];

export class SaxesParser {
  /** After what has been read. */
  position = 0;
  readonly xmlDecl: { encoding: string | undefined } = { encoding: undefined };
  readonly #on: Partial<Handlers> = {};
  readonly #open: Open[] = [];
  #text = "";
  #begun = false;

  on<Name extends keyof Handlers>(name: Name, handler: Handlers[Name]): void {
    this.#on[name] = handler;
  }

  /** The document as a whole. Throws Error where it is not well formed. */
  write(text: string): void {
    this.#text = text;
    const forbidden = text.search(FORBIDDEN);
    if (forbidden !== -1) this.#fail("disallowed character", forbidden);
    if (text.startsWith("\u{FEFF}")) this.position = 1;
    this.xmlDecl.encoding = this.#declaration();
    while (this.position < text.length) {
      if (text[this.position] === "<") this.#markup();
      else this.#characters();
    }
  }

  close(): void {
    if (this.#open.length > 0 || !this.#begun) this.#fail("unexpected end");
  }

  #declaration(): string | undefined {
    const [, quoted, single] = this.#take(DECLARATION) ?? [];
    return quoted ?? single;
  }

  #markup(): void {
    const at = this.position;
    switch (this.#text[at + 1]) {
      case "/":
        return this.#closeTag();
      case "?":
        return this.#instruction();
      case "!":
        return this.#declared();
      default:
        return this.#openTag();
    }
  }

  #instruction(): void {
    this.position += 2;
    const target = this.#name();
    const next = this.#text[this.position] ?? "";
    if (target.includes(":") || target.toLowerCase() === "xml" || !/[? \t\r\n]/.test(next)) {
      this.#fail("malformed processing instruction");
    }
    this.#until("?>");
  }

  #declared(): void {
    const { length } = "<![CDATA[";
    if (this.#text.startsWith("<!--", this.position)) {
      this.position += 4;
      const comment = this.#until("--");
      this.#on.comment?.(lines(comment));
      if (this.#text[this.position] !== ">") this.#fail("malformed comment");
      this.position += 1;
    } else if (this.#text.startsWith("<![CDATA[", this.position) && this.#open.length > 0) {
      this.position += length;
      this.#on.cdata?.(lines(this.#until("]]>")));
    } else {
      if (this.#text.startsWith("<!DOCTYPE", this.position)) this.#on.doctype?.();
      this.#fail("incorrect syntax");
    }
  }

  #characters(): void {
    const end = this.#text.indexOf("<", this.position);
    const raw = this.#text.slice(this.position, end === -1 ? undefined : end);
    if (this.#open.length === 0) {
      if (/[^ \t\r\n]/.test(raw)) this.#fail("text outside of the root");
    } else {
      if (raw.includes("]]>")) this.#fail("]]> in text");
      this.#on.text?.(this.#resolved(lines(raw)));
    }
    this.position += raw.length;
  }

  #openTag(): void {
    this.position += 1;
    const name = this.#name();
    if (this.#begun && this.#open.length === 0) this.#fail("documents have one root");
    this.#begun = true;
    const written = this.#attributes();
    const isSelfClosing = this.#text[this.position] === "/";
    this.position += isSelfClosing ? 1 : 0;
    if (this.#text[this.position] !== ">") this.#fail("malformed tag");
    this.position += 1;
    const open = this.#named(name, written, isSelfClosing);
    this.#on.opentag?.(open.tag);
    if (isSelfClosing) this.#on.closetag?.(open.tag);
    else this.#open.push(open);
  }

  #attributes(): Written {
    const written: [string, string][] = [];
    for (;;) {
      const [space] = this.#take(SPACE) ?? [];
      const next = this.#text[this.position];
      if (next === ">" || next === "/") return written;
      if (space === "") this.#fail("no white space before an attribute");
      const name = this.#name();
      if (this.#take(EQUALS) === undefined) this.#fail("attribute without value");
      const quote = this.#text[this.position] ?? "";
      this.position += 1;
      const value = this.#until(quote);
      if (value.includes("<")) this.#fail("< in an attribute value");
      written.push([name, this.#resolved(value.replace(/\r\n|[\r\n\t]/g, " "))]);
    }
  }

  #closeTag(): void {
    this.position += 2;
    const name = this.#name();
    this.#take(SPACE);
    const open = this.#open.pop();
    if (open?.tag.name !== name || this.#text[this.position] !== ">") this.#fail("unexpected end");
    this.position += 1;
    this.#on.closetag?.(open.tag);
  }

  #named(name: string, written: Written, isSelfClosing: boolean): Open {
    const ns = new Map<string, string>();
    for (const [full, value] of written) this.#declare(full, value.trim(), ns);
    const { prefix, local } = this.#parts(name);
    if (prefix === "xmlns") this.#fail("an element of xmlns");
    const uri = this.#namespace(prefix, ns);
    const attributes: Record<string, SaxesAttributeNS> = Object.create(null);
    const seen = new Set<string>();
    for (const [full, value] of written) {
      const parts = this.#parts(full);
      // No default for attributes. Namespaces in XML 1.0 §6.2
      const of = full === "xmlns" ? XMLNS : parts.prefix === "" ? "" : undefined;
      const space = of ?? this.#namespace(parts.prefix, ns);
      const expanded = parts.prefix === "" ? full : `{${space}}${parts.local}`;
      if (seen.has(expanded)) this.#fail("the same attribute twice");
      seen.add(expanded);
      attributes[full] = { uri: space, ...parts, value };
    }
    return { tag: { name, uri, prefix, local, attributes, isSelfClosing }, ns };
  }

  /** Namespaces in XML 1.0 §3 */
  #declare(name: string, uri: string, ns: Map<string, string>): void {
    const { prefix, local } = this.#parts(name);
    if (prefix !== "xmlns" && name !== "xmlns") return;
    const declared = prefix === "" ? "" : local;
    const misused = uri === XMLNS || (uri === XML) !== (declared === "xml") || declared === "xmlns";
    if (misused || (declared !== "" && uri === "")) this.#fail("malformed namespace declaration");
    ns.set(declared, uri);
  }

  #namespace(prefix: string, own: ReadonlyMap<string, string>): string {
    if (prefix === "xml") return XML;
    if (prefix === "xmlns") return XMLNS;
    const uri =
      own.get(prefix) ?? this.#open.findLast(({ ns }) => ns.has(prefix))?.ns.get(prefix) ?? "";
    if (uri === "" && prefix !== "") this.#fail("unbound namespace prefix");
    return uri;
  }

  #parts(name: string): { readonly prefix: string; readonly local: string } {
    const [first = "", local, ...more] = name.split(":");
    if (local === undefined) return { prefix: "", local: name };
    if (first === "" || local === "" || more.length > 0) this.#fail("malformed name");
    return { prefix: first, local };
  }

  #resolved(text: string): string {
    return text.includes("&") ? text.replace(/&[^;&]*;?/g, (one) => this.#reference(one)) : text;
  }

  #reference(written: string): string {
    REFERENCE.lastIndex = 0;
    const [whole, decimal, hexadecimal = "", name = ""] = REFERENCE.exec(written) ?? [];
    const code = decimal === undefined ? Number.parseInt(hexadecimal, 16) : Number(decimal);
    const character = code <= 0x10ffff ? String.fromCodePoint(code) : ENTITIES.get(name);
    if (whole !== written || character === undefined || !isCharacter(character)) {
      this.#fail("undefined entity");
    }
    return character;
  }

  #name(): string {
    return this.#take(NAME)?.[0] ?? this.#fail("disallowed character in a name");
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.#text);
    if (found === null) return undefined;
    this.position = pattern.lastIndex;
    return found;
  }

  /** What stands before `end`, which is read as well. */
  #until(end: string): string {
    const at = this.#text.indexOf(end, this.position);
    if (at === -1) this.#fail("unexpected end");
    const text = this.#text.slice(this.position, at);
    this.position = at + end.length;
    return text;
  }

  #fail(reason: string, position = this.position): never {
    this.position = position;
    throw new Error(reason);
  }
}

function lines(text: string): string {
  return text.includes("\r") ? text.replace(LINE_END, "\n") : text;
}

function isCharacter(text: string): boolean {
  return !FORBIDDEN.test(text);
}
