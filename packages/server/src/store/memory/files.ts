/** Files in memory: what is known of them, without their octets. */
import type { ContentFacts } from "../content.ts";
import type { FileQuota, FileStore, FileUsage, StoredFile, Thumbnail } from "../files.ts";
import type { Ledger } from "./ledger.ts";
import { compareText } from "./order.ts";

/** A file and its thumbnail. */
export interface FileRecord {
  readonly file: StoredFile;
  readonly thumbnail: Thumbnail | undefined;
}

export class MemoryFiles implements FileStore {
  readonly #ledger: Ledger;
  readonly #files = new Map<string, FileRecord>();
  /** Ids by the hash of their link. */
  readonly #links = new Map<string, string>();

  constructor(ledger: Ledger, records: readonly FileRecord[]) {
    this.#ledger = ledger;
    for (const record of records) this.#put(record);
  }

  records(): readonly FileRecord[] {
    return [...this.#files.values()];
  }

  create(file: StoredFile, quota: FileQuota): Promise<"stored" | "over quota"> {
    return this.#ledger.change(() => {
      if (this.#files.has(file.id) || this.#links.has(file.linkHash)) {
        throw new RangeError("there is such a file already");
      }
      const usage = this.#usage(file.owner);
      const bytes = usage.bytes + file.reservedBytes;
      if (usage.files >= quota.files || bytes > quota.bytes) return "over quota";
      this.#put({ file, thumbnail: undefined });
      return "stored";
    });
  }

  advance(id: string, offset: number, expiresAt: number): Promise<boolean> {
    return this.#ledger.change(() => this.#change(id, { offset, expiresAt }));
  }

  finish(id: string, facts: ContentFacts, expiresAt: number): Promise<boolean> {
    const { sizeBytes } = facts;
    const complete = { facts, expiresAt, offset: sizeBytes, reservedBytes: sizeBytes };
    return this.#ledger.change(() => this.#change(id, complete));
  }

  putThumbnail(
    id: string,
    { type, bytes }: Thumbnail,
    quota: FileQuota,
  ): Promise<"stored" | "unknown" | "over quota"> {
    const kept = { type, bytes: bytes.slice() };
    return this.#ledger.change(() => {
      const file = this.#files.get(id)?.file;
      if (file === undefined) return "unknown";
      const before = file.thumbnail?.sizeBytes ?? 0;
      if (this.#usage(file.owner).bytes - before + bytes.length > quota.bytes) return "over quota";
      this.#put({
        file: { ...file, thumbnail: { type, sizeBytes: bytes.length } },
        thumbnail: kept,
      });
      return "stored";
    });
  }

  thumbnail(id: string): Promise<Thumbnail | undefined> {
    return this.#ledger.read(() => this.#files.get(id)?.thumbnail);
  }

  find(id: string): Promise<StoredFile | undefined> {
    return this.#ledger.read(() => this.#files.get(id)?.file);
  }

  findByLink(linkHash: string): Promise<StoredFile | undefined> {
    return this.#ledger.read(() => this.#files.get(this.#links.get(linkHash) ?? "")?.file);
  }

  remove(id: string): Promise<StoredFile | undefined> {
    return this.#ledger.change(() => {
      const file = this.#files.get(id)?.file;
      if (file === undefined) return undefined;
      this.#files.delete(id);
      this.#links.delete(file.linkHash);
      return file;
    });
  }

  ofOwner(owner: string, after: string | undefined, limit: number): Promise<readonly StoredFile[]> {
    return this.#ledger.read(() =>
      this.#all()
        .filter((file) => file.owner === owner && (after === undefined || file.id > after))
        .sort((a, b) => compareText(a.id, b.id))
        .slice(0, limit),
    );
  }

  expired(now: number, limit: number): Promise<readonly StoredFile[]> {
    return this.#ledger.read(() =>
      this.#all()
        .filter(({ expiresAt }) => expiresAt <= now)
        .sort((a, b) => a.expiresAt - b.expiresAt)
        .slice(0, limit),
    );
  }

  usage(owner: string): Promise<FileUsage> {
    return this.#ledger.read(() => this.#usage(owner));
  }

  mostUsed(): Promise<FileUsage> {
    return this.#ledger.read(() => {
      const owners = [...new Set(this.#all().map(({ owner }) => owner))];
      const all = owners.map((owner) => this.#usage(owner));
      const files = Math.max(0, ...all.map((usage) => usage.files));
      return { files, bytes: Math.max(0, ...all.map(({ bytes }) => bytes)) };
    });
  }

  contentsOf(contents: readonly string[]): Promise<readonly string[]> {
    return this.#ledger.read(() => {
      const known = new Set(this.#all().map(({ content }) => content));
      return contents.filter((content) => known.has(content));
    });
  }

  #all(): StoredFile[] {
    return [...this.#files.values()].map(({ file }) => file);
  }

  #usage(owner: string): FileUsage {
    const files = this.#all().filter((file) => file.owner === owner);
    const bytes = files.reduce(
      (sum, { reservedBytes, thumbnail }) => sum + reservedBytes + (thumbnail?.sizeBytes ?? 0),
      0,
    );
    return { files: files.length, bytes };
  }

  #put(record: FileRecord): void {
    this.#files.set(record.file.id, record);
    this.#links.set(record.file.linkHash, record.file.id);
  }

  /** Only what is unfinished still changes. */
  #change(id: string, change: Partial<StoredFile>): boolean {
    const record = this.#files.get(id);
    if (record === undefined || record.file.facts !== undefined) return false;
    this.#put({ ...record, file: { ...record.file, ...change } });
    return true;
  }
}
