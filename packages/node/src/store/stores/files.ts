/** Files over the worker. */
import type {
  ContentFacts,
  FileQuota,
  FileStore,
  FileUsage,
  StoredFile,
  Thumbnail,
  ThumbnailFacts,
} from "@parlance/server";
import { type Row, RowReader } from "../rows.ts";
import type { StoreWorker } from "../store-worker.ts";

export class SqliteFiles implements FileStore {
  readonly #worker: StoreWorker;

  constructor(worker: StoreWorker) {
    this.#worker = worker;
  }

  create(file: StoredFile, { files, bytes }: FileQuota): Promise<"stored" | "over quota"> {
    const { owner, reservedBytes } = file;
    return this.#worker.call("createFile", owner, reservedBytes, fileRow(file), files, bytes);
  }

  advance(id: string, offset: number, expiresAt: number): Promise<boolean> {
    return this.#worker.call("advanceFile", id, offset, expiresAt);
  }

  finish(id: string, facts: ContentFacts, expiresAt: number): Promise<boolean> {
    const { sizeBytes, sha1, sha256 } = facts;
    return this.#worker.call("finishFile", id, sizeBytes, [sha1, sha256, expiresAt]);
  }

  putThumbnail(
    id: string,
    { type, bytes }: Thumbnail,
    quota: FileQuota,
  ): Promise<"stored" | "unknown" | "over quota"> {
    return this.#worker.call("putFileThumbnail", id, type, bytes, quota.bytes);
  }

  async thumbnail(id: string): Promise<Thumbnail | undefined> {
    const columns = await this.#worker.call("fileThumbnail", id);
    if (columns === undefined) return undefined;
    const row = new RowReader(columns);
    return { type: row.text(), bytes: row.bytes() };
  }

  async find(id: string): Promise<StoredFile | undefined> {
    const row = await this.#worker.call("findFile", id);
    return row && readFile(row);
  }

  async findByLink(linkHash: string): Promise<StoredFile | undefined> {
    const row = await this.#worker.call("findFileByLink", linkHash);
    return row && readFile(row);
  }

  async remove(id: string): Promise<StoredFile | undefined> {
    const row = await this.#worker.call("removeFile", id);
    return row && readFile(row);
  }

  async ofOwner(
    owner: string,
    after: string | undefined,
    limit: number,
  ): Promise<readonly StoredFile[]> {
    return (await this.#worker.call("filesOfOwner", owner, after ?? "", limit)).map(readFile);
  }

  async expired(now: number, limit: number): Promise<readonly StoredFile[]> {
    return (await this.#worker.call("expiredFiles", now, limit)).map(readFile);
  }

  usage(owner: string): Promise<FileUsage> {
    return this.#worker.call("usageOfFiles", owner);
  }

  mostUsed(): Promise<FileUsage | undefined> {
    return this.#worker.call("mostFiles");
  }

  contentsOf(contents: readonly string[]): Promise<readonly string[]> {
    return this.#worker.call("contentsOfFiles", contents);
  }
}

function fileRow(file: StoredFile): Row {
  return [
    file.id,
    file.owner,
    file.content,
    file.linkHash,
    file.name ?? null,
    file.type,
    file.declaredBytes ?? null,
    file.declaredSha256 ?? null,
    file.reservedBytes,
    file.offset,
    file.facts?.sha1 ?? null,
    file.facts?.sha256 ?? null,
    file.thumbnail?.type ?? null,
    file.thumbnail?.sizeBytes ?? 0,
    file.createdAt,
    file.expiresAt,
  ];
}

function readFile(columns: Row): StoredFile {
  const row = new RowReader(columns);
  const head = {
    id: row.text(),
    owner: row.text(),
    content: row.text(),
    linkHash: row.text(),
    name: row.optionalText(),
    type: row.text(),
    declaredBytes: row.optionalNumber(),
    declaredSha256: row.optionalText(),
    reservedBytes: row.number(),
    offset: row.number(),
  };
  return {
    ...head,
    facts: readFacts(row, head.offset),
    thumbnail: readThumbnail(row),
    createdAt: row.number(),
    expiresAt: row.number(),
  };
}

function readFacts(row: RowReader, sizeBytes: number): ContentFacts | undefined {
  const sha1 = row.optionalText();
  const sha256 = row.optionalText();
  return sha1 === undefined || sha256 === undefined ? undefined : { sizeBytes, sha1, sha256 };
}

function readThumbnail(row: RowReader): ThumbnailFacts | undefined {
  const type = row.optionalText();
  const sizeBytes = row.number();
  return type === undefined ? undefined : { type, sizeBytes };
}
