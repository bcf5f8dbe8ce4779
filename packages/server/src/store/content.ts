/**
 * Octets that are too many for a row: files, and messages too large to be held in memory. Each content
 * lies under a random id that its owner keeps in a row of his own; one store of them belongs to one owner.
 */

export interface FileContent {
  /** Begins an empty one under a new id of 128 random bits. It may be lost until the first `sync`. */
  create(): Promise<ContentWriter>;

  /**
   * Goes on with one whose owner has never heard that it was sealed. What lies behind `offset` is cut
   * away. Undefined: there is none, somebody writes it, or it is shorter.
   */
  resume(id: string, offset: number): Promise<ContentWriter | undefined>;

  /** Undefined: there is none that is sealed. */
  open(id: string): Promise<ContentReader | undefined>;

  /** Removes it, sealed or not. Whoever reads it already may read on. False: there is none. */
  delete(id: string): Promise<boolean>;

  /** All there are, in no order. One that comes or goes meanwhile may be told or not. */
  entries(): AsyncIterable<ContentEntry>;
}

/**
 * The one writer of a content. A method that rejects with StoreError ("full", "failed") has broken it: what is durable
 * stays, `close` lets go of the rest, and the content may be resumed.
 */
export interface ContentWriter {
  readonly id: string;
  /** Where the next octets go. */
  readonly offset: number;
  /** So many have survived whatever happens now. */
  readonly durableOffset: number;

  /**
   * Adds octets, which must not change any more. Resolves when more may come: a writer who waits for it
   * never has more in memory than a bound.
   */
  append(bytes: Uint8Array): Promise<void>;

  /** Resolves when everything appended so far is durable: the durable offset. */
  sync(): Promise<number>;

  /** Durable, complete and readable when it resolves; ends the writer. */
  seal(): Promise<ContentFacts>;

  /** Lets go of what is not sealed; what was not synced may be there or not. Again: nothing happens. */
  close(): Promise<void>;
}

/** What is known of a sealed content. Hashes are hexadecimal, in lower case. */
export interface ContentFacts {
  readonly sizeBytes: number;
  /** For content indirection and file selectors, which know no other. RFC 4483 §5.12, RFC 5547 §6 */
  readonly sha1: string;
  readonly sha256: string;
}

export interface ContentReader {
  readonly sizeBytes: number;
  /**
   * Octets from `from` up to, and without, `to`; read as they are asked for. A piece is good until the next
   * one is asked for: whoever keeps it copies it. Rejects with StoreError.
   */
  read(from: number, to: number): AsyncIterable<Uint8Array>;
  /** Ends what is being read. Again: nothing happens. */
  close(): Promise<void>;
}

export interface ContentEntry {
  readonly id: string;
  readonly sizeBytes: number;
  readonly sealed: boolean;
  /** Epoch ms of the last octets, or of sealing. */
  readonly changedAt: number;
}
