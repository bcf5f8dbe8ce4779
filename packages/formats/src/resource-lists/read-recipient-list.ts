/** Reads lists of receivers of SIP bodies. RFC 5363, 5364, 5365 */
import {
  attribute,
  child,
  children,
  FormatError,
  parseXml,
  textContent,
  type XmlElement,
} from "@parlance/wire";
import {
  COPY,
  type CopyControl,
  LISTS,
  RESOURCE_LISTS_TYPE,
  type Recipient,
} from "./recipient-list.ts";

export type RecipientList =
  | { readonly ok: true; readonly recipients: readonly Recipient[] }
  | { readonly ok: false; readonly because: ListFault; readonly error: FormatError };

/**
 * Why a list is not taken. A reference (`entry-ref`, `external`) would make the server fetch what a
 * peer names; RFC 5365 §6 has no use for it.
 */
export type ListFault = "malformed" | "entry-ref" | "external" | "empty" | "too many" | "duplicate";

export interface RecipientListRules {
  readonly most: number;
  /** Two URIs with one key are one receiver. By default each spelling is its own. */
  readonly key?: (uri: string) => string;
}

const ABSOLUTE_URI = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"]+$/;

/** Nested lists are read as if they were flat. */
export function parseRecipientList(bytes: Uint8Array, rules: RecipientListRules): RecipientList {
  return parseRecipientLists([bytes], rules);
}

/** Several lists of one request are one list. RFC 5363 §4.1 */
export function parseRecipientLists(
  documents: readonly Uint8Array[],
  rules: RecipientListRules,
): RecipientList {
  const reader = new ListReader(rules);
  try {
    for (const bytes of documents) {
      const document = parseXml(bytes);
      if (!document.ok) return { ok: false, because: "malformed", error: document.error };
      reader.read(document.value.root);
    }
    return { ok: true, recipients: reader.recipients() };
  } catch (error) {
    if (error instanceof ListError) return { ok: false, because: error.because, error };
    throw error;
  }
}

class ListError extends FormatError {
  readonly because: ListFault;

  constructor(because: ListFault, offset: number, reason: string) {
    super(RESOURCE_LISTS_TYPE, offset, reason);
    this.because = because;
  }
}

class ListReader {
  readonly #rules: RecipientListRules;
  readonly #found = new Map<string, Recipient>();

  constructor(rules: RecipientListRules) {
    this.#rules = rules;
  }

  read(root: XmlElement): void {
    if (root.namespace !== LISTS || root.local !== "resource-lists") {
      throw new ListError("malformed", root.start, "root is not resource-lists");
    }
    for (const list of children(root, "list")) this.#readList(list);
  }

  recipients(): readonly Recipient[] {
    if (this.#found.size === 0) throw new ListError("empty", 0, "list has no entries");
    return [...this.#found.values()];
  }

  /** How deep lists nest is bounded by the limits of the document. */
  #readList(list: XmlElement): void {
    for (const element of children(list)) {
      if (element.namespace !== LISTS) continue;
      switch (element.local) {
        case "list":
          this.#readList(element);
          break;
        case "entry":
          this.#add(readEntry(element), element.start);
          break;
        case "entry-ref":
        case "external":
          throw new ListError(element.local, element.start, `${element.local} is not followed`);
        default:
      }
    }
  }

  /** A URI counts once (RFC 5363 §4.1), with its strongest copy control: to, cc, bcc (RFC 5364 §4). */
  #add(recipient: Recipient, offset: number): void {
    const { key = (uri) => uri, most } = this.#rules;
    const identity = key(recipient.uri);
    const known = this.#found.get(identity);
    if (known === undefined) {
      if (this.#found.size >= most) throw new ListError("too many", offset, "too many recipients");
      this.#found.set(identity, recipient);
      return;
    }
    const stronger = rank(known) <= rank(recipient) ? known : recipient;
    // Who asked once to stay unnamed stays unnamed.
    const anonymize = known.anonymize || recipient.anonymize;
    this.#found.set(identity, { ...known, copyControl: stronger.copyControl, anonymize });
  }
}

function readEntry(entry: XmlElement): Recipient {
  const uri = attribute(entry, "uri")?.trim() ?? "";
  if (!ABSOLUTE_URI.test(uri)) throw new ListError("malformed", entry.start, "entry has no URI");
  const name = child(entry, "display-name");
  const displayName = name === undefined ? "" : textContent(name);
  return {
    uri,
    displayName: displayName === "" ? undefined : displayName,
    copyControl: readCopyControl(attribute(entry, "copyControl", COPY)),
    anonymize: /^(?:true|1)$/.test(attribute(entry, "anonymize", COPY)?.trim() ?? ""),
    count: readCount(attribute(entry, "count", COPY)),
  };
}

/** A value nobody knows must not make an address public. */
function readCopyControl(text: string | undefined): CopyControl | undefined {
  if (text === undefined) return undefined;
  return text === "to" || text === "cc" ? text : "bcc";
}

function readCount(text: string | undefined): number {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : 1;
}

function rank(recipient: Recipient): number {
  return ["to", "cc", "bcc", undefined].indexOf(recipient.copyControl);
}
