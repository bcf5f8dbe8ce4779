/** Files on the server of the account. */
import { ImError } from "../base/errors.ts";
import type { Account, ConnectOptions } from "../options.ts";
import { parts } from "../parts.ts";
import type { DownloadedFile, DownloadOptions, FileReference } from "./download-file.ts";
import type { FileContent } from "./file-content.ts";
import { announcement, type StoredFile } from "./stored-file.ts";
import type { UploadOptions } from "./upload-file.ts";
import { type FilePorts, WebAccess, type WebAccount } from "./web-access.ts";
import { readWebUrl, webServerBeside } from "./web-url.ts";

export class FileServer {
  readonly #ports: FilePorts | undefined;
  readonly #access: WebAccess | undefined;
  readonly #origin: string | undefined;
  /** Only the SDK sets this: what a message of somebody points to is here. */
  fetched: (message: { readonly id: string; readonly from: string }) => void = () => {};

  /** `url`: undefined where no file server is known; then only downloads work. Throws TypeError for no web URL. */
  constructor(ports: FilePorts | undefined, account: WebAccount, url: string | undefined) {
    this.#ports = ports;
    this.#origin = url === undefined ? undefined : readWebUrl(url)?.origin;
    this.#access =
      ports === undefined || url === undefined ? undefined : new WebAccess(ports, account, url);
  }

  /** Whether there is a server to upload to. */
  get available(): boolean {
    return this.#access !== undefined;
  }

  /**
   * Uploads a Blob, a stream or octets; goes on by itself after cuts. Rejects with ImError: "too large", "refused" (the
   * quota is used up), "offline" and others after many tries, "aborted", "not supported" where no server is known.
   */
  async upload(content: FileContent, options: UploadOptions = {}): Promise<StoredFile> {
    const own = this.#own();
    const { uploadFile } = await parts.files();
    return uploadFile(content, options, own);
  }

  /** What to send to others, so that they can fetch the file: `im.send(to, im.files.announcement(file))`. */
  announcement(file: StoredFile): { readonly contentType: string; readonly content: Uint8Array } {
    return announcement(file);
  }

  /** Fetches what a message points to; call it when the user wants it. See `downloadFile`. */
  async download(reference: FileReference, options: DownloadOptions = {}): Promise<DownloadedFile> {
    const ports = this.#ports ?? unavailable();
    const { downloadFile } = await parts.files();
    const file = await downloadFile(reference, options, { ports, ownOrigin: this.#origin });
    if (isOfMessage(reference)) this.fetched(reference);
    return file;
  }

  /** Whether a URL leads to our own server, and to nobody else's. */
  holds(url: string): boolean {
    return this.#origin !== undefined && readWebUrl(url)?.origin === this.#origin;
  }

  /** Deletes a file of one's own; nobody can fetch it any more. */
  async remove({ id }: Pick<StoredFile, "id">): Promise<void> {
    const path = `/files/uploads/${id}`;
    await this.#own().access.ask({ method: "DELETE", path, signal: undefined });
  }

  #own(): { readonly ports: FilePorts; readonly access: WebAccess } {
    if (this.#ports === undefined || this.#access === undefined) return unavailable();
    return { ports: this.#ports, access: this.#access };
  }
}

function isOfMessage(
  reference: object | string,
): reference is { readonly id: string; readonly from: string } {
  if (typeof reference === "string" || !("id" in reference && "from" in reference)) return false;
  return typeof reference.id === "string" && typeof reference.from === "string";
}

type WebRuntime = Omit<FilePorts, "fetch"> & { readonly fetch?: FilePorts["fetch"] };

/** Of a connected client. Without `fileServer` it is beside the WebSocket; other ways in tell nothing of the web. */
export function fileServerOf(
  runtime: WebRuntime,
  account: Account,
  options: ConnectOptions,
): FileServer {
  const { ports, web, url } = webOf(runtime, account, options);
  return new FileServer(ports, web, url);
}

/** The same server, for what it keeps beside files; undefined where none is known. */
export function historyAccessOf(
  runtime: WebRuntime,
  account: Account,
  options: ConnectOptions,
): WebAccess | undefined {
  const { ports, web, url } = webOf(runtime, account, options);
  if (ports === undefined || url === undefined) return undefined;
  return new WebAccess(ports, web, url, "history");
}

function webOf(
  { fetch, clock, random, hashing, startHash }: WebRuntime,
  { username }: Account,
  { fileServer, server, password }: ConnectOptions,
) {
  return {
    ports: fetch && { fetch, clock, random, hashing, startHash },
    web: { username, password },
    url: fileServer ?? webServerBeside(server),
  };
}

function unavailable(): never {
  throw new ImError("not supported", { warning: "no file server is known: set fileServer" });
}
