/** The documents of a user at his XCAP server: read, written, deleted, changed over what is there. RFC 4825, OMA IM 17 */
import {
  parseXcapDirectory,
  parseXcapTarget,
  XCAP_ATTRIBUTE_TYPE,
  XCAP_ELEMENT_TYPE,
} from "@parlance/formats";
import { equalBytes } from "@parlance/wire";
import { ImError } from "../base/errors.ts";
import type { Signal } from "../base/signal.ts";
import { Turns } from "../base/turns.ts";
import type { DocumentAccess, DocumentAnswer } from "./document-access.ts";
import { documentError } from "./document-error.ts";
import { type DocumentPlace, pathOf } from "./document-place.ts";
import { typeOfUsage } from "./usages.ts";

export interface UserDocument {
  readonly content: Uint8Array;
  /** Of the version of the whole document. */
  readonly etag: string;
  readonly type: string;
}

export interface ReadOptions {
  readonly signal?: Signal;
}

export interface WriteOptions {
  /** Of a whole document in a usage that the SDK does not know. */
  readonly type?: string;
  /** Only if the document is this version; else rejects with "changed meanwhile". */
  readonly ifEtag?: string;
  /** Only if there is none yet. */
  readonly ifNone?: boolean;
  readonly signal?: Signal;
}

/** What is to be written over what is there; undefined deletes the document. The same octets write nothing. */
export type DocumentEdit = (before: Uint8Array | undefined) => Uint8Array | undefined;

/** One that changes more often while we look is at odds with us. */
const MOST_TRIES = 8;
const DIRECTORY = "org.openmobilealliance.xcap-directory";
/** Whole documents that were read: asked for again, the server need not send them. */
const MOST_KEPT = 64;

export class Documents {
  readonly #access: DocumentAccess | undefined;
  readonly #self: string;
  readonly #turns = new Turns();
  readonly #kept = new Map<string, UserDocument>();

  /** Without `access` no server is known, and everything rejects with "not supported". */
  constructor(access: DocumentAccess | undefined, self: string) {
    this.#access = access;
    this.#self = self;
  }

  /** What URIs of documents begin with, in documents that refer to others. */
  get root(): string {
    return this.#server.root;
  }

  /** A document, an element or an attribute; undefined where there is none. Rejects with ImError. */
  async read(place: DocumentPlace, options: ReadOptions = {}): Promise<UserDocument | undefined> {
    const path = pathOf(place, this.#self);
    const kept = this.#kept.get(path);
    const headers: Record<string, string> = {};
    if (kept !== undefined) headers["if-none-match"] = kept.etag;
    const { signal } = options;
    const answer = await this.#server.ask({ method: "GET", path, headers, signal });
    if (answer.status === 304 && kept !== undefined) return kept;
    this.#kept.delete(path);
    if (answer.status === 404) return undefined;
    const { type = "", etag = "", body } = accepted(answer);
    const document = { content: body, etag, type };
    if (place.node === undefined && etag !== "") this.#keep(path, document);
    return document;
  }

  /** Writes a document, an element or an attribute. Rejects with ImError; with `DocumentConflict` where it does not fit. */
  async write(
    place: DocumentPlace,
    content: Uint8Array,
    options: WriteOptions = {},
  ): Promise<{ readonly etag: string; readonly created: boolean }> {
    const path = pathOf(place, this.#self);
    const type = options.type ?? typeOf(place);
    if (type === undefined) throw new TypeError(`type: needed for documents of ${place.usage}`);
    const headers: Record<string, string> = { "content-type": type, ...conditions(options) };
    const { signal } = options;
    const ask = { method: "PUT", path, headers, body: content, signal } as const;
    const answer = await this.#server.ask(ask);
    const { status, etag = "" } = accepted(answer);
    if (place.node === undefined && etag !== "") this.#keep(path, { content, etag, type });
    return { etag, created: status === 201 };
  }

  /** False where there was none. Rejects with ImError. */
  async remove(
    place: DocumentPlace,
    options: Pick<WriteOptions, "ifEtag" | "signal"> = {},
  ): Promise<boolean> {
    const path = pathOf(place, this.#self);
    const headers = conditions(options);
    const { signal } = options;
    const answer = await this.#server.ask({ method: "DELETE", path, headers, signal });
    this.#kept.delete(path);
    if (answer.status === 404) return false;
    accepted(answer);
    return true;
  }

  /**
   * Changes a whole document over what is there, and once more over what is there then when somebody else was faster.
   * What the edit throws comes out; nothing is written then. Resolves with what was written.
   */
  change(
    place: Omit<DocumentPlace, "node" | "prefixes">,
    edit: DocumentEdit,
    options: Pick<WriteOptions, "type" | "signal"> = {},
  ): Promise<UserDocument | undefined> {
    const path = pathOf(place, this.#self);
    return this.#turns.take(path, () => this.#change(place, edit, options));
  }

  /** Names of the documents in a usage. Rejects with ImError. */
  async list(usage: string, options: ReadOptions = {}): Promise<readonly string[]> {
    const directory = await this.read({ usage: DIRECTORY, name: "directory.xml" }, options);
    const read = directory && parseXcapDirectory(directory.content);
    if (read === undefined || !read.ok)
      throw new ImError("server trouble", { warning: "no directory" });
    const entries = read.value.folders.filter(({ auid }) => auid === usage);
    return entries.flatMap(({ documents }) => documents.flatMap(({ uri }) => nameIn(uri, usage)));
  }

  async #change(
    place: DocumentPlace,
    edit: DocumentEdit,
    options: Pick<WriteOptions, "type" | "signal">,
  ): Promise<UserDocument | undefined> {
    for (let tries = 1; ; tries += 1) {
      const before = await this.read(place, options);
      const after = edit(before?.content);
      if (after === undefined ? before === undefined : sameAs(after, before)) return before;
      const { signal } = options;
      const how = { ...(signal === undefined ? {} : { signal }), ...over(before) };
      try {
        if (after === undefined) {
          await this.remove(place, how);
          return undefined;
        }
        const { etag } = await this.write(place, after, { ...options, ...how });
        return { content: after, etag, type: options.type ?? typeOf(place) ?? "" };
      } catch (error) {
        const outrun = error instanceof ImError && error.code === "changed meanwhile";
        if (!outrun || tries === MOST_TRIES) throw error;
      }
    }
  }

  #keep(path: string, document: UserDocument): void {
    this.#kept.delete(path);
    this.#kept.set(path, document);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }

  get #server(): DocumentAccess {
    if (this.#access !== undefined) return this.#access;
    throw new ImError("not supported", { warning: "no document server is known: set documents" });
  }
}

function accepted(answer: DocumentAnswer): DocumentAnswer {
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw documentError(answer);
}

function typeOf({ usage, node }: DocumentPlace): string | undefined {
  if (node === undefined) return typeOfUsage(usage);
  return /\/@[^/"'\]]+$/.test(node) ? XCAP_ATTRIBUTE_TYPE : XCAP_ELEMENT_TYPE;
}

function conditions({ ifEtag, ifNone }: WriteOptions): Record<string, string> {
  if (ifEtag !== undefined) return { "if-match": ifEtag };
  return ifNone === true ? { "if-none-match": "*" } : {};
}

function over(before: UserDocument | undefined): Pick<WriteOptions, "ifEtag" | "ifNone"> {
  return before === undefined ? { ifNone: true } : { ifEtag: before.etag };
}

function sameAs(after: Uint8Array, before: UserDocument | undefined): boolean {
  return before !== undefined && equalBytes(after, before.content);
}

/** What comes behind the address of the user; a directory may name it by the whole URI, or by its path. */
function nameIn(uri: string, usage: string): readonly string[] {
  const at = uri.lastIndexOf(`${usage}/users/`);
  const read = at === -1 ? undefined : parseXcapTarget(uri.slice(at));
  return read?.ok === true ? [read.value.document] : [];
}
