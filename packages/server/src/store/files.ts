/** What is known of the files that users have uploaded; their octets are in a FileContent. */
import type { ContentFacts } from "./content.ts";

export interface StoredFile {
  /** Names the upload to its owner: ≥ 128 random bits. */
  readonly id: string;
  /** Name of the account. */
  readonly owner: string;
  /** Id in the FileContent. */
  readonly content: string;
  /** SHA-256 of the secret part of the URL, which is kept nowhere. Hexadecimal. */
  readonly linkHash: string;
  readonly name: string | undefined;
  /** Media type as the owner gave it. */
  readonly type: string;
  /** Size and SHA-256 as promised before the octets came. */
  readonly declaredBytes: number | undefined;
  readonly declaredSha256: string | undefined;
  /** Counts against the quota: what the upload may grow to, then the size of the file. */
  readonly reservedBytes: number;
  /** Durable octets of the content. */
  readonly offset: number;
  /** Undefined until the upload is complete: until then nobody can download it. */
  readonly facts: ContentFacts | undefined;
  readonly thumbnail: ThumbnailFacts | undefined;
  readonly createdAt: number;
  /** When an unfinished upload is given up, and when a file is deleted. */
  readonly expiresAt: number;
}

export interface ThumbnailFacts {
  readonly type: string;
  readonly sizeBytes: number;
}

export interface Thumbnail {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Of one owner, uploads and thumbnails included. */
export interface FileQuota {
  readonly files: number;
  readonly bytes: number;
}

export interface FileUsage {
  readonly files: number;
  readonly bytes: number;
}

export interface FileStore {
  /**
   * Durable when it resolves "stored". Checks the quota of the owner in the same commit. An id, content or
   * link that is there already is a mistake of the caller: rejects.
   */
  create(file: StoredFile, quota: FileQuota): Promise<"stored" | "over quota">;

  /** Durable when it resolves. So much of the content has come. False: there is no such unfinished upload. */
  advance(id: string, offset: number, expiresAt: number): Promise<boolean>;

  /** Durable when it resolves: from now on the file can be downloaded. False: no such unfinished upload. */
  finish(id: string, facts: ContentFacts, expiresAt: number): Promise<boolean>;

  /** Durable when it resolves. Takes the place of an earlier one. */
  putThumbnail(
    id: string,
    thumbnail: Thumbnail,
    quota: FileQuota,
  ): Promise<"stored" | "unknown" | "over quota">;

  /** Reads only. */
  thumbnail(id: string): Promise<Thumbnail | undefined>;

  /** Reads only. */
  find(id: string): Promise<StoredFile | undefined>;

  /** Reads only. */
  findByLink(linkHash: string): Promise<StoredFile | undefined>;

  /** Durable when it resolves, thumbnail included. The content is for the caller to delete afterwards. */
  remove(id: string): Promise<StoredFile | undefined>;

  /** Reads only: files of an owner in the order of ids, at most `limit`, those after `after`. */
  ofOwner(owner: string, after: string | undefined, limit: number): Promise<readonly StoredFile[]>;

  /** Reads only: at most `limit` with `expiresAt` ≤ `now`, oldest first. They stay until `remove`. */
  expired(now: number, limit: number): Promise<readonly StoredFile[]>;

  /** Reads only: what counts against the quota. */
  usage(owner: string): Promise<FileUsage>;

  /**
   * Reads only: the most files that anybody has, and the most octets, be they of one user or of two.
   * Undefined where there is too much to be counted.
   */
  mostUsed(): Promise<FileUsage | undefined>;

  /** Reads only: those of the content ids that a file has. */
  contentsOf(contents: readonly string[]): Promise<readonly string[]>;
}
