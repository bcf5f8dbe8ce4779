/** An application usage: what its documents are called, how they look, and what must hold in them. RFC 4825 §5 */
import type { XcapError } from "@parlance/formats";
import type { XmlDocument } from "@parlance/wire";
import type { ServerDocuments, User } from "../../ports/index.ts";

export interface Usage {
  readonly auid: string;
  /** Of a whole document. */
  readonly type: string;
  /** Of names without prefix in selectors. RFC 4825 §6.4 */
  readonly namespace: string;
  /** Further namespaces that it understands. */
  readonly extensions: readonly string[];
  /** The name of the only document of a user; undefined where he may have several. */
  readonly only: string | undefined;
  /** Who may write is its owner; a document that the server writes comes from here. */
  readonly source: ServerDocuments | undefined;
  /** What others may read of it; undefined where that is nothing. */
  readonly forOthers: ((bytes: Uint8Array, owner: User) => Uint8Array) | undefined;
  /** What is wrong with it beyond its being XML; undefined when it may be kept. */
  check(document: CheckedDocument): XcapError | undefined;
  /** What no other document of the usage may be about. */
  claimOf(document: CheckedDocument): string | undefined;
  /** Said when it claims what is another's. */
  claimed(document: CheckedDocument): XcapError;
}

export interface CheckedDocument {
  readonly bytes: Uint8Array;
  readonly xml: XmlDocument;
  readonly owner: User;
}
