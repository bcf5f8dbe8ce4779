/** What may stand in documents, as tables: of XML Schema so much as the documents of users need. XML Schema part 1 §3 */

/** Rules by `namespace local` of an element, wherever it stands. */
export type Schema = ReadonlyMap<string, ElementRule>;

export interface ElementRule {
  /** Attributes without namespace, by name. */
  readonly attributes: ReadonlyMap<string, AttributeRule>;
  /** Attributes of other namespaces may stand beside them. */
  readonly foreignAttributes: boolean;
  readonly content: Content;
}

export interface AttributeRule {
  readonly required: boolean;
  readonly check: Check;
}

/** Does a value belong to the type? Without white space around it. */
export type Check = (text: string) => boolean;

export type Content =
  /** No elements; the text is of this type. */
  | { readonly kind: "text"; readonly check: Check }
  /** Elements in this order, and no text. */
  | { readonly kind: "sequence"; readonly particles: readonly Particle[] }
  /** Whatever there is. */
  | { readonly kind: "any" };

/** So many elements, each of them one of these. */
export interface Particle {
  /** Local names in the namespace of the parent, or `namespace local`. */
  readonly names: readonly string[];
  /** Elements of other namespaces as well. */
  readonly foreign: boolean;
  readonly least: number;
  readonly most: number;
}

export interface SchemaFault {
  /** Octet of the document. */
  readonly offset: number;
  readonly reason: string;
}
