/** Documents that users keep at the server: lists, groups, rules, profiles. RFC 4825 */

export interface DocumentKey {
  /** The application usage: `resource-lists`. */
  readonly auid: string;
  /** Name of the account: it stays when the address changes. */
  readonly owner: string;
  readonly name: string;
}

export interface DocumentFacts extends DocumentKey {
  /** Another one with every change. RFC 4825 §7.11 */
  readonly etag: string;
  readonly modifiedAt: number;
  readonly sizeBytes: number;
}

export interface StoredDocument extends DocumentKey {
  readonly etag: string;
  readonly modifiedAt: number;
  /** What no other document of its usage may claim: the identity of a group. */
  readonly claim: string | undefined;
  readonly bytes: Uint8Array;
}

export interface DocumentQuota {
  /** Of one owner in one usage. */
  readonly documents: number;
  /** Of one owner in all usages. */
  readonly bytes: number;
}

export interface DocumentStore {
  /**
   * Durable when it resolves "stored". `before` is the tag of the version that it was made from, undefined where
   * there was none; when that is not what is there now, nothing is stored, and its maker has to look again.
   */
  put(
    document: StoredDocument,
    before: string | undefined,
    quota: DocumentQuota,
  ): Promise<"stored" | "changed" | "claimed" | "over quota">;

  /** Durable when it resolves. False: the version of that tag is not there any more. */
  remove(key: DocumentKey, before: string): Promise<boolean>;

  /** Durable when it resolves. Everything of an account, when it is removed; says what it was. */
  removeAll(owner: string): Promise<readonly DocumentKey[]>;

  /** Reads only. */
  find(key: DocumentKey): Promise<StoredDocument | undefined>;

  /** Reads only: what an owner has, by usage and name. The quota bounds how many that are. */
  ofOwner(owner: string): Promise<readonly DocumentFacts[]>;

  /**
   * Reads only: the most documents that anybody has in one usage, and the most octets in all, be they of one user or of
   * two. Undefined where there is too much to be counted.
   */
  mostUsed(): Promise<DocumentQuota | undefined>;

  /** Reads only: documents of a usage by owner and name, at most `limit`, those after `after`. */
  ofUsage(
    auid: string,
    after: Pick<DocumentKey, "owner" | "name"> | undefined,
    limit: number,
  ): Promise<readonly StoredDocument[]>;
}
