/** Which namespaces prefixes stand for, element by element. Namespaces in XML 1.0 (third edition) */
import { XML_NCNAME } from "./names.ts";
import type { XmlDeclaration } from "./tree.ts";

export interface Name {
  readonly namespace: string;
  readonly local: string;
  readonly prefix: string;
}

const XML = "http://www.w3.org/XML/1998/namespace";
const XMLNS = "http://www.w3.org/2000/xmlns/";
const NCNAME = new RegExp(`^${XML_NCNAME}$`, "u");
const NOTHING: ReadonlyMap<string, string> = new Map();

export class NamespaceScopes {
  readonly #fail: (reason: string) => never;
  /** Of each open element, the outermost first: as deep as documents may nest. */
  readonly #scopes: ReadonlyMap<string, string>[] = [];

  /** `fail` throws. */
  constructor(fail: (reason: string) => never) {
    this.#fail = fail;
  }

  /** An element begins that declares these. */
  open(declarations: readonly XmlDeclaration[]): void {
    if (declarations.length === 0) {
      this.#scopes.push(NOTHING);
      return;
    }
    for (const declaration of declarations) this.#check(declaration);
    this.#scopes.push(new Map(declarations.map(({ prefix, namespace }) => [prefix, namespace])));
  }

  close(): void {
    this.#scopes.pop();
  }

  elementName(written: string): Name {
    const { prefix, local } = this.#parts(written);
    if (prefix === "xmlns") this.#fail("an element may not have the prefix xmlns.");
    return { prefix, local, namespace: this.#meaning(prefix) };
  }

  /** The default namespace does not reach attributes. §6.2 */
  attributeName(written: string): Name {
    const { prefix, local } = this.#parts(written);
    return { prefix, local, namespace: prefix === "" ? "" : this.#meaning(prefix) };
  }

  #parts(written: string): Omit<Name, "namespace"> {
    const colon = written.indexOf(":");
    if (colon === -1) return { prefix: "", local: written };
    const [prefix, local] = [written.slice(0, colon), written.slice(colon + 1)];
    if (prefix === "" || !NCNAME.test(local)) {
      this.#fail(`malformed name: ${written}.`);
    }
    return { prefix, local };
  }

  #meaning(prefix: string): string {
    for (let depth = this.#scopes.length - 1; depth >= 0; depth -= 1) {
      const namespace = this.#scopes[depth]?.get(prefix);
      if (namespace !== undefined) return namespace;
    }
    if (prefix === "") return "";
    if (prefix === "xml") return XML;
    return this.#fail(`unbound namespace prefix: ${JSON.stringify(prefix)}.`);
  }

  /** §3, §6.1 */
  #check({ prefix, namespace }: XmlDeclaration): void {
    if (prefix !== "" && !NCNAME.test(prefix)) {
      this.#fail(`malformed name: xmlns:${prefix}.`);
    }
    if (prefix === "xmlns") this.#fail("xmlns prefix must not be declared.");
    if (prefix === "xml" && namespace !== XML) this.#fail(`xml prefix must be bound to ${XML}.`);
    const reserved = namespace === XMLNS || (namespace === XML && prefix !== "xml");
    if (reserved) this.#fail(`${namespace} may not be bound to ${prefix || "the default"}.`);
    if (prefix !== "" && namespace === "") this.#fail("a prefix is bound to no namespace.");
  }
}
