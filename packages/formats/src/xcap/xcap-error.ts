/** application/xcap-error+xml: why a document could not be changed. RFC 4825 §11 */
import {
  child,
  children,
  FormatError,
  type Parsed,
  parsed,
  parseXml,
  textContent,
  type XmlElement,
  XmlWriter,
} from "@parlance/wire";
import { attributeOf, expectRoot, textOf } from "../xml-fields.ts";

/** `phrase` is for people. */
export type XcapError = { readonly phrase: string | undefined } & (
  | { readonly kind: PlainXcapError }
  /** What should hold the new node is not there; `ancestor` is the URI of the nearest that is. */
  | { readonly kind: "no-parent"; readonly ancestor: string | undefined }
  | { readonly kind: "uniqueness-failure"; readonly exists: readonly XcapExists[] }
);

/** Errors that say no more than their name. */
export type PlainXcapError = (typeof PLAIN)[number];

const PLAIN = [
  "not-well-formed",
  "not-xml-frag",
  "schema-validation-error",
  "not-xml-att-value",
  "cannot-insert", // a GET afterwards would not give back what was PUT
  "cannot-delete", // the selector would then select something else
  "constraint-failure",
  "extension", // whoever does not know it takes it for a conflict and no more
  "not-utf-8",
] as const;

/** A value that must be unique and is there already. */
export interface XcapExists {
  /** Selects what is not unique, from the root of the document on. */
  readonly field: string;
  /** Values that would do. */
  readonly alternatives: readonly string[];
}

export const XCAP_ERROR_TYPE = "application/xcap-error+xml";
const XCAP_ERROR = "urn:ietf:params:xml:ns:xcap-error";

export function xcapError(kind: PlainXcapError, phrase?: string): XcapError {
  return { kind, phrase };
}

export function formatXcapError(error: XcapError): Uint8Array<ArrayBuffer> {
  const xml = new XmlWriter().open("xcap-error", { xmlns: XCAP_ERROR });
  xml.open(error.kind, { phrase: error.phrase });
  if (error.kind === "no-parent" && error.ancestor !== undefined) {
    xml.leaf("ancestor", error.ancestor);
  }
  if (error.kind === "uniqueness-failure") {
    for (const { field, alternatives } of error.exists) {
      xml.open("exists", { field });
      for (const value of alternatives) xml.leaf("alt-value", value);
      xml.close();
    }
  }
  return xml.close().close().done();
}

export function parseXcapError(bytes: Uint8Array): Parsed<XcapError> {
  const document = parseXml(bytes);
  return document.ok ? parsed(() => readError(document.value.root)) : document;
}

function readError(root: XmlElement): XcapError {
  expectRoot(XCAP_ERROR_TYPE, root, XCAP_ERROR, "xcap-error");
  const noParent = child(root, "no-parent");
  if (noParent !== undefined) {
    const ancestor = textOf(noParent, "ancestor");
    return { kind: "no-parent", phrase: phraseOf(noParent), ancestor };
  }
  const uniqueness = child(root, "uniqueness-failure");
  if (uniqueness !== undefined) {
    const exists = children(uniqueness, "exists").flatMap(readExists);
    return { kind: "uniqueness-failure", phrase: phraseOf(uniqueness), exists };
  }
  for (const kind of PLAIN) {
    const element = child(root, kind);
    if (element !== undefined) return { kind, phrase: phraseOf(element) };
  }
  throw new FormatError(XCAP_ERROR_TYPE, root.start, "no error that is known");
}

function readExists(element: XmlElement): readonly XcapExists[] {
  const field = attributeOf(element, "field");
  if (field === undefined) return [];
  return [{ field, alternatives: children(element, "alt-value").map(textContent) }];
}

function phraseOf(element: XmlElement): string | undefined {
  return attributeOf(element, "phrase");
}
