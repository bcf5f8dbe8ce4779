/** application/resource-lists+xml as users keep it: lists in lists, and references. RFC 4826 §3 */
import {
  attribute,
  children,
  FormatError,
  type Parsed,
  parsed,
  parseXml,
  type XmlDocument,
  type XmlElement,
  XmlWriter,
} from "@parlance/wire";
import { attributeOf, expectRoot, textOf } from "../xml-fields.ts";
import { RESOURCE_LISTS_TYPE } from "./recipient-list.ts";

export interface ResourceLists {
  readonly lists: readonly ResourceList[];
}

export interface ResourceList {
  /** Its handle, by which a selector finds it. */
  readonly name: string | undefined;
  readonly displayName: string | undefined;
  /** In the order of the document. */
  readonly items: readonly ListItem[];
}

export type ListItem =
  | ({ readonly kind: "list" } & ResourceList)
  | ({ readonly kind: "entry" } & ListEntry)
  /** An entry of another document below the same root. */
  | { readonly kind: "entry-ref"; readonly ref: string; readonly displayName: string | undefined }
  /** A list of another document. */
  | {
      readonly kind: "external";
      readonly anchor: string;
      readonly displayName: string | undefined;
    };

export interface ListEntry {
  readonly uri: string;
  readonly displayName: string | undefined;
}

/** Lists that say which groups a user uses; the same document under another name. */
export const GROUP_USAGE_LIST_TYPE = "application/vnd.oma.group-usage-list+xml";

export const RESOURCE_LISTS = "urn:ietf:params:xml:ns:resource-lists";

/** The root, or a `list` that was fetched alone. Elements nobody knows are passed over. */
export function parseResourceLists(bytes: Uint8Array): Parsed<ResourceLists> {
  const document = parseXml(bytes);
  return document.ok ? readResourceLists(document.value) : document;
}

/** The same of a document whose tree there is already. */
export function readResourceLists({ root }: XmlDocument): Parsed<ResourceLists> {
  return parsed(() => {
    if (root.namespace === RESOURCE_LISTS && root.local === "list")
      return { lists: [readList(root)] };
    expectRoot(RESOURCE_LISTS_TYPE, root, RESOURCE_LISTS, "resource-lists");
    return { lists: children(root, "list").map(readList) };
  });
}

/** A `list` that was found in a document; undefined when it is none. */
export function listIn(element: XmlElement): ResourceList | undefined {
  if (element.namespace !== RESOURCE_LISTS || element.local !== "list") return undefined;
  const read = parsed(() => readList(element));
  return read.ok ? read.value : undefined;
}

/** An `entry` that was found in a document; undefined when it is none. */
export function entryIn(element: XmlElement): ListEntry | undefined {
  if (element.namespace !== RESOURCE_LISTS || element.local !== "entry") return undefined;
  const uri = attributeOf(element, "uri");
  return uri === undefined ? undefined : { uri, displayName: displayNameOf(element) };
}

export function formatResourceLists({ lists }: ResourceLists): Uint8Array<ArrayBuffer> {
  const xml = new XmlWriter().open("resource-lists", { xmlns: RESOURCE_LISTS });
  for (const list of lists) writeList(xml, list);
  return xml.close().done();
}

/** How deep lists nest is bounded by the limits of the document. */
function readList(element: XmlElement): ResourceList {
  return {
    name: attribute(element, "name"),
    displayName: displayNameOf(element),
    items: children(element).flatMap(readItem),
  };
}

function readItem(element: XmlElement): readonly ListItem[] {
  if (element.namespace !== RESOURCE_LISTS) return [];
  switch (element.local) {
    case "list":
      return [{ kind: "list", ...readList(element) }];
    case "entry":
      return [
        { kind: "entry", uri: required(element, "uri"), displayName: displayNameOf(element) },
      ];
    case "entry-ref":
      return [
        { kind: "entry-ref", ref: required(element, "ref"), displayName: displayNameOf(element) },
      ];
    case "external":
      return [
        {
          kind: "external",
          anchor: required(element, "anchor"),
          displayName: displayNameOf(element),
        },
      ];
    default:
      return [];
  }
}

function displayNameOf(element: XmlElement): string | undefined {
  return textOf(element, "display-name");
}

function required(element: XmlElement, name: string): string {
  const value = attributeOf(element, name);
  if (value !== undefined) return value;
  throw new FormatError(RESOURCE_LISTS_TYPE, element.start, `${element.local} has no ${name}`);
}

function writeList(xml: XmlWriter, { name, displayName, items }: ResourceList): void {
  xml.open("list", { name });
  if (displayName !== undefined) xml.leaf("display-name", displayName);
  for (const item of items) writeItem(xml, item);
  xml.close();
}

function writeItem(xml: XmlWriter, item: ListItem): void {
  switch (item.kind) {
    case "list":
      return writeList(xml, item);
    case "entry":
      return writeNamed(xml, item.kind, { uri: item.uri }, item.displayName);
    case "entry-ref":
      return writeNamed(xml, item.kind, { ref: item.ref }, item.displayName);
    case "external":
      return writeNamed(xml, item.kind, { anchor: item.anchor }, item.displayName);
  }
}

function writeNamed(
  xml: XmlWriter,
  name: string,
  attributes: Readonly<Record<string, string>>,
  displayName: string | undefined,
): void {
  xml.open(name, attributes);
  if (displayName !== undefined) xml.leaf("display-name", displayName);
  xml.close();
}
