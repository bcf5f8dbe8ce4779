/** Whom the user knows, and what he calls them: kept at the server, the same on all of his devices. */
import { readTarget } from "../base/addresses.ts";
import type { Signal } from "../base/signal.ts";
import type { DocumentEdit, Documents } from "../documents/documents.ts";
import { RESOURCE_LISTS } from "../documents/usages.ts";
import type { CallOptions } from "./block-list.ts";
import {
  type ContactList,
  listsIn,
  withContact,
  withContactName,
  withList,
  withListName,
  withoutContact,
  withoutList,
} from "./contact-lists.ts";
import type { OwnedValue } from "./owned-value.ts";

export interface ContactOptions extends CallOptions {
  /** Of the list that is meant: for adding `contacts` where none is named, for removing all. */
  readonly list?: string;
}

const PLACE = { usage: RESOURCE_LISTS, name: "index" };
const USUAL_LIST = "contacts";

export class Contacts {
  readonly #documents: Documents;
  readonly #value: OwnedValue<readonly ContactList[]>;

  constructor(documents: Documents, value: OwnedValue<readonly ContactList[]>) {
    this.#documents = documents;
    this.#value = value;
  }

  static async read(
    documents: Documents,
    signal: Signal | undefined,
  ): Promise<readonly ContactList[]> {
    const document = await documents.read(PLACE, signal === undefined ? {} : { signal });
    return listsIn(document?.content);
  }

  /** All lists, with who is in them. Rejects with ImError, as all of these do. */
  lists(options: CallOptions = {}): Promise<readonly ContactList[]> {
    return this.#value.get(options.signal);
  }

  /** Puts somebody into a list, or changes what he is called there. */
  add(
    address: string,
    options: ContactOptions & { readonly name?: string } = {},
  ): Promise<readonly ContactList[]> {
    const { list = USUAL_LIST, name } = options;
    const contact = { address: readTarget(address).address, name };
    return this.#change((before) => withContact(before, list, contact), options);
  }

  remove(address: string, options: ContactOptions = {}): Promise<readonly ContactList[]> {
    const key = readTarget(address).address;
    return this.#change((before) => withoutContact(before, key, options.list), options);
  }

  /** In every list that he is in; rejects with "not found" where he is in none. */
  rename(
    address: string,
    name: string | undefined,
    options: CallOptions = {},
  ): Promise<readonly ContactList[]> {
    const key = readTarget(address).address;
    return this.#change((before) => withContactName(before, key, name), options);
  }

  addList(
    name: string,
    options: CallOptions & { readonly displayName?: string } = {},
  ): Promise<readonly ContactList[]> {
    return this.#change((before) => withList(before, name, options.displayName), options);
  }

  removeList(name: string, options: CallOptions = {}): Promise<readonly ContactList[]> {
    return this.#change((before) => withoutList(before, name), options);
  }

  /** What people see; rejects with "not found" where there is no such list. */
  renameList(
    name: string,
    displayName: string | undefined,
    options: CallOptions = {},
  ): Promise<readonly ContactList[]> {
    return this.#change((before) => withListName(before, name, displayName), options);
  }

  async #change(edit: DocumentEdit, options: CallOptions): Promise<readonly ContactList[]> {
    const after = await this.#documents.change(PLACE, edit, options);
    const lists = listsIn(after?.content);
    this.#value.tell(lists);
    return lists;
  }
}
