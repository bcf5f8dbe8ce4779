/** The address book of the user, as lists of people in his resource lists. RFC 4826 */
import { formatResourceLists, type ListItem, parseResourceLists } from "@parlance/formats";
import { identityKey } from "@parlance/im";
import { attribute, children, type XmlElement } from "@parlance/wire";
import { ImError } from "../base/errors.ts";
import { EditedDocument, elementFor, textFor } from "./edited-document.ts";

export interface ContactList {
  /** By which it is meant in calls; the same for its whole life. */
  readonly name: string;
  readonly displayName: string | undefined;
  readonly contacts: readonly Contact[];
}

export interface Contact {
  readonly address: string;
  /** What the user calls him. */
  readonly name: string | undefined;
}

/** Lists in lists, and references to lists elsewhere, are left to whoever has made them. */
export function listsIn(content: Uint8Array | undefined): readonly ContactList[] {
  if (content === undefined) return [];
  const read = parseResourceLists(content);
  if (!read.ok) throw new ImError("server trouble", { warning: read.error.message });
  return read.value.lists.map(({ name = "", displayName, items }) => ({
    name,
    displayName,
    contacts: items.flatMap(contactIn),
  }));
}

function contactIn(item: ListItem): readonly Contact[] {
  if (item.kind !== "entry") return [];
  return [{ address: identityKey(item.uri), name: item.displayName }];
}

/** A list of that name, where there is none yet. */
export function withList(
  content: Uint8Array | undefined,
  name: string,
  displayName: string | undefined,
): Uint8Array {
  if (content === undefined) {
    return formatResourceLists({ lists: [{ name, displayName, items: [] }] });
  }
  const edited = new EditedDocument(content);
  if (listIn(edited.root, name) !== undefined) return content;
  const { root } = edited;
  const called = displayName === undefined ? "" : textFor(root, "display-name", displayName);
  edited.insert(root, elementFor(root, "list", { name }, called), ["list"]);
  return edited.bytes;
}

export function withoutList(content: Uint8Array | undefined, name: string): Uint8Array | undefined {
  if (content === undefined) return undefined;
  const edited = new EditedDocument(content);
  const list = listIn(edited.root, name);
  if (list !== undefined) edited.remove(list);
  return edited.bytes;
}

/** Undefined takes the name for people away. Throws ImError where there is no such list. */
export function withListName(
  content: Uint8Array | undefined,
  name: string,
  displayName: string | undefined,
): Uint8Array {
  const edited = new EditedDocument(content ?? formatResourceLists({ lists: [] }));
  const list = listIn(edited.root, name);
  if (list === undefined) throw new ImError("not found", { warning: `no list ${name}` });
  putName(edited, list, displayName);
  return edited.bytes;
}

/** In that list, which is made where there is none; called as he is called now. */
export function withContact(
  content: Uint8Array | undefined,
  list: string,
  { address, name }: Contact,
): Uint8Array {
  const edited = new EditedDocument(withList(content, list, undefined));
  const into = listIn(edited.root, list) ?? edited.root;
  const known = entryIn(into, address);
  if (known === undefined) {
    const called = name === undefined ? "" : textFor(into, "display-name", name);
    edited.insert(into, elementFor(into, "entry", { uri: address }, called), BEFORE_ENTRIES);
  } else if (name !== undefined) putName(edited, known, name);
  return edited.bytes;
}

/** Out of that list, or out of all of them. */
export function withoutContact(
  content: Uint8Array | undefined,
  address: string,
  list: string | undefined,
): Uint8Array | undefined {
  if (content === undefined) return undefined;
  const edited = new EditedDocument(content);
  for (;;) {
    const entry = entriesOf(edited.root, address, list)[0];
    if (entry === undefined) return edited.bytes;
    edited.remove(entry);
  }
}

/** In every list that he is in. Throws ImError where he is in none. */
export function withContactName(
  content: Uint8Array | undefined,
  address: string,
  name: string | undefined,
): Uint8Array {
  const edited = new EditedDocument(content ?? formatResourceLists({ lists: [] }));
  const count = entriesOf(edited.root, address, undefined).length;
  if (count === 0) throw new ImError("not found", { warning: `no contact ${address}` });
  for (let at = 0; at < count; at += 1) {
    const entry = entriesOf(edited.root, address, undefined)[at];
    if (entry !== undefined) putName(edited, entry, name);
  }
  return edited.bytes;
}

/** The schema of lists: `display-name` first, then whatever is in it. */
const BEFORE_ENTRIES = ["display-name", "list", "external", "entry", "entry-ref"];

function putName(edited: EditedDocument, holder: XmlElement, name: string | undefined): void {
  const before = children(holder, "display-name")[0];
  if (name === undefined) {
    if (before !== undefined) edited.remove(before);
  } else if (before === undefined) edited.insert(holder, textFor(holder, "display-name", name), []);
  else edited.replace(before, textFor(before, "display-name", name));
}

function listIn(root: XmlElement, name: string): XmlElement | undefined {
  return children(root, "list").find((list) => (attribute(list, "name") ?? "") === name);
}

function entryIn(list: XmlElement, address: string): XmlElement | undefined {
  return children(list, "entry").find(
    (entry) => identityKey(attribute(entry, "uri")?.trim() ?? "") === address,
  );
}

function entriesOf(
  root: XmlElement,
  address: string,
  name: string | undefined,
): readonly XmlElement[] {
  const lists = children(root, "list").filter(
    (list) => name === undefined || (attribute(list, "name") ?? "") === name,
  );
  return lists.flatMap((list) => entryIn(list, address) ?? []);
}
