/** Uploads a file piece by piece, and goes on where it was cut. draft-ietf-httpbis-resumable-upload */
import { attachment, formatDisposition } from "@parlance/formats";
import { base64, parseHex, type RunningHash } from "@parlance/wire";
import { ImError } from "../base/errors.ts";
import type { Signal } from "../base/signal.ts";
import type { BegunUpload } from "../store/file-record.ts";
import type { BlobLike, FetchAnswer } from "./fetch.ts";
import { type FileContent, nameOf, typeOf } from "./file-content.ts";
import { type FileSource, fileSource, type Piece } from "./file-source.ts";
import { Retries } from "./retries.ts";
import { type StoredFile, storedFile } from "./stored-file.ts";
import { type FilePorts, jsonIn, type WebAccess } from "./web-access.ts";

export interface FileProgress {
  /** Acknowledged by the server, or received from it. */
  readonly doneBytes: number;
  readonly totalBytes: number | undefined;
}

export interface UploadOptions {
  /** Shown to recipients; a `File` brings its own. */
  readonly name?: string;
  /** Media type; a `Blob` brings its own. */
  readonly type?: string;
  /** Of a stream, where it is known: the quota is judged before the first octet then. */
  readonly sizeBytes?: number;
  /** PNG, JPEG, GIF or WebP of at most 64 KiB. */
  readonly thumbnail?: Uint8Array | BlobLike;
  /** Ends the upload; what the server has of it is deleted. */
  readonly signal?: Signal;
  readonly onProgress?: (progress: FileProgress) => void;
  /** Goes on with an upload that was begun earlier: see `onBegun`. One that the server has lost begins anew. */
  readonly begun?: BegunUpload;
  /** The server takes it there: with this it can be gone on with after the end of the program. */
  readonly onBegun?: (upload: BegunUpload) => void;
}

const OCTETS = "application/octet-stream";
const LEAST_PIECE = 64 * 1_024;
const FIRST_PIECE = 256 * 1_024;
const MOST_PIECE = 8 * 1_048_576;
/** Pieces grow or shrink towards this: short enough for a cut to cost little, long enough to fill the line. */
const QUICK_MS = 1_000;
const SLOW_MS = 4_000;

/** Rejects with ImError ("too large", "refused" with the server's words, "offline" after many tries, "aborted" …). */
export async function uploadFile(
  content: FileContent,
  options: UploadOptions,
  on: { readonly ports: FilePorts; readonly access: WebAccess },
): Promise<StoredFile> {
  const source = fileSource(content, options.sizeBytes);
  const { name = nameOf(content), type = typeOf(content) ?? OCTETS } = options;
  const upload = new Upload(source, { ...options, name, type }, on);
  try {
    return await upload.run();
  } finally {
    await source.close();
  }
}

/** With what the content knows of itself. */
type Wishes = Omit<UploadOptions, "name" | "type"> & {
  readonly name: string | undefined;
  readonly type: string;
};

class Upload {
  readonly #source: FileSource;
  readonly #options: Wishes;
  readonly #ports: FilePorts;
  readonly #access: WebAccess;
  readonly #retries: Retries;
  #hash: RunningHash;
  #hashedBytes = 0;
  #sha256: string | undefined;
  #pieceBytes = FIRST_PIECE;
  /** Where the server goes on; undefined: it has to be asked. */
  #offset: number | undefined = 0;
  #earlier: BegunUpload | undefined;

  constructor(
    source: FileSource,
    options: Wishes,
    { ports, access }: { readonly ports: FilePorts; readonly access: WebAccess },
  ) {
    this.#source = source;
    this.#options = options;
    this.#ports = ports;
    this.#access = access;
    this.#retries = new Retries(ports, options.signal);
    this.#hash = ports.startHash("sha-256");
    this.#earlier = options.begun;
    if (options.begun !== undefined) this.#offset = undefined;
  }

  /** An upload that the server has lost begins anew, once, where its octets can be read again. */
  async run(): Promise<StoredFile> {
    try {
      return await this.#whole();
    } catch (error) {
      const lost = error instanceof ImError && error.code === "expired";
      if (!lost || !this.#source.rereadable) throw error;
    }
    this.#hash = this.#ports.startHash("sha-256");
    this.#hashedBytes = 0;
    this.#sha256 = undefined;
    this.#earlier = undefined;
    return this.#whole();
  }

  async #whole(): Promise<StoredFile> {
    const begun = this.#earlier ?? (await this.#again(() => this.#begin()));
    try {
      await this.#again(() => this.#putThumbnail(begun));
      const told = await this.#again(() => this.#goOn(begun));
      const file = storedFile(told, begun.url);
      if (file.sha256 !== this.#sha256) {
        throw new ImError("server trouble", { warning: "the server has other octets" });
      }
      return file;
    } catch (error) {
      this.#giveUp(begun);
      throw error;
    }
  }

  /** Until it works, or trying again helps no more. */
  async #again<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        await this.#retries.after(error);
        this.#offset = undefined;
      }
    }
  }

  async #begin(): Promise<BegunUpload> {
    const { name, type } = this.#options;
    const { sizeBytes } = this.#source;
    const answer = await this.#ask("POST", "/files", {
      "content-type": type,
      "upload-complete": "?0",
      ...(sizeBytes === undefined ? {} : { "upload-length": String(sizeBytes) }),
      ...(name === undefined ? {} : { "content-disposition": formatDisposition(attachment(name)) }),
    });
    const { id, url } = await jsonIn(answer);
    if (typeof id !== "string" || typeof url !== "string" || !/^[\w-]{1,64}$/.test(id)) {
      throw new ImError("server trouble", { warning: "the server does not name the upload" });
    }
    this.#offset = 0;
    this.#options.onBegun?.({ id, url });
    return { id, url };
  }

  async #putThumbnail({ id }: BegunUpload): Promise<void> {
    const { thumbnail } = this.#options;
    if (thumbnail === undefined) return;
    const bytes =
      thumbnail instanceof Uint8Array ? thumbnail : new Uint8Array(await thumbnail.arrayBuffer());
    await this.#ask("PUT", `/files/uploads/${id}/thumbnail`, {}, bytes);
  }

  /** Sends what is missing; what the server tells of the whole. */
  async #goOn(begun: BegunUpload): Promise<Readonly<Record<string, unknown>>> {
    for (;;) {
      this.#offset ??= await this.#askOffset(begun);
      if (this.#offset === undefined) {
        await this.#hashUpTo(Number.POSITIVE_INFINITY);
        return jsonIn(await this.#ask("GET", pathOf(begun)));
      }
      const offset = this.#offset;
      await this.#hashUpTo(offset);
      const piece = await this.#source.read(offset, this.#pieceBytes);
      this.#feed(offset, piece);
      const answer = await this.#send(begun, offset, piece);
      this.#retries.progressed();
      this.#offset = offset + piece.bytes.length;
      this.#tell();
      if (piece.last) return jsonIn(answer);
    }
  }

  async #send(begun: BegunUpload, offset: number, { bytes, last }: Piece): Promise<FetchAnswer> {
    const startedAt = this.#ports.clock.now();
    const headers = {
      "content-type": "application/partial-upload",
      "upload-offset": String(offset),
      "upload-complete": last ? "?1" : "?0",
      ...(last ? { "repr-digest": `sha-256=:${base64(parseHex(this.#sha256 ?? ""))}:` } : {}),
    };
    try {
      const answer = await this.#ask("PATCH", pathOf(begun), headers, bytes);
      this.#adapt(this.#ports.clock.now() - startedAt);
      return answer;
    } catch (error) {
      this.#pieceBytes = LEAST_PIECE; // the line is not what it was
      throw error;
    }
  }

  /** Undefined: it has all of it, and its answer was lost. */
  async #askOffset(begun: BegunUpload): Promise<number | undefined> {
    const { headers } = await this.#ask("HEAD", pathOf(begun));
    if (headers.get("upload-complete") === "?1") return undefined;
    const offset = headers.get("upload-offset") ?? "";
    if (!/^\d{1,10}$/.test(offset)) {
      throw new ImError("server trouble", { warning: "the server does not tell the offset" });
    }
    return Number(offset);
  }

  /** What an earlier program has sent was not hashed by this one. */
  async #hashUpTo(end: number): Promise<void> {
    while (this.#sha256 === undefined && this.#hashedBytes < end) {
      const most = Math.min(MOST_PIECE, end - this.#hashedBytes);
      this.#feed(this.#hashedBytes, await this.#source.read(this.#hashedBytes, most));
    }
  }

  /** Octets that are sent again were hashed the first time. */
  #feed(offset: number, { bytes, last }: Piece): void {
    if (this.#sha256 !== undefined) return;
    const fresh = bytes.subarray(Math.max(0, this.#hashedBytes - offset));
    this.#hash.update(fresh);
    this.#hashedBytes += fresh.length;
    if (last) this.#sha256 ??= this.#hash.digest();
  }

  #adapt(tookMs: number): void {
    if (tookMs < QUICK_MS) this.#pieceBytes = Math.min(MOST_PIECE, this.#pieceBytes * 2);
    if (tookMs > SLOW_MS) this.#pieceBytes = Math.max(LEAST_PIECE, this.#pieceBytes / 2);
  }

  #tell(): void {
    const { onProgress } = this.#options;
    onProgress?.({ doneBytes: this.#offset ?? 0, totalBytes: this.#source.sizeBytes });
  }

  #ask(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
    body?: Uint8Array,
  ): Promise<FetchAnswer> {
    return this.#access.ask({ method, path, headers, body, signal: this.#options.signal });
  }

  /** Nobody waits for it, and the server forgets by itself. */
  #giveUp(begun: BegunUpload): void {
    void this.#access
      .ask({ method: "DELETE", path: pathOf(begun), signal: undefined })
      .catch(() => {});
  }
}

function pathOf({ id }: Pick<BegunUpload, "id">): string {
  return `/files/uploads/${id}`;
}
