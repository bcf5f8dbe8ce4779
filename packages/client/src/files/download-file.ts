/** Fetches what lies elsewhere, and holds it against what was announced. RFC 4483 §7, RFC 9110 §14 */
import {
  announcedContent,
  type ExternalBody,
  FileCheck,
  fileNameOf,
  judgeFetch,
  mimeHeader,
  parseDisposition,
  parseExternalBody,
  safeFileName,
} from "@parlance/formats";
import { concatBytes } from "@parlance/wire";
import { ImError } from "../base/errors.ts";
import type { Signal } from "../base/signal.ts";
import type { FetchAnswer } from "./fetch.ts";
import { Retries } from "./retries.ts";
import { Stop } from "./stop.ts";
import type { FileProgress } from "./upload-file.ts";
import { accepted, type FilePorts, failureOf, fetchWithin } from "./web-access.ts";
import { isLoopback, readWebUrl } from "./web-url.ts";

/** A URL, or a message/external-body: as it was received, or read. */
export type FileReference =
  | string
  | ExternalBody
  | { readonly contentType: string; readonly content: Uint8Array };

export interface DownloadOptions {
  /** What is larger is not fetched. Default 100 MiB. */
  readonly mostBytes?: number;
  /** Hexadecimal; besides the hash that was announced. */
  readonly sha256?: string;
  /**
   * Takes the octets as they come, one call after the other, instead of keeping them in memory. They are
   * good when the download resolves; when it rejects, what was taken is to be thrown away.
   */
  readonly write?: (piece: Uint8Array) => void | Promise<void>;
  readonly signal?: Signal;
  readonly onProgress?: (progress: FileProgress) => void;
}

export interface DownloadedFile {
  /** Undefined when they were given to `write`. */
  readonly bytes: Uint8Array | undefined;
  readonly sizeBytes: number;
  /** Media type, as announced or as the server tells. */
  readonly type: string;
  /** Safe to offer for saving. */
  readonly name: string;
  /** A hash was announced, and is right. */
  readonly verified: boolean;
}

const MOST_BYTES = 100 * 1_048_576;
const SILENT_MS = 30_000;
const NOTHING = new Uint8Array(0);
const OCTETS = "application/octet-stream";

/**
 * Rejects with ImError: "expired", "refused" for a foreign scheme or for content that is not what was announced,
 * "too large", "offline" after many tries, "aborted". `ownOrigin` may be asked over `http` as well.
 */
export async function downloadFile(
  reference: FileReference,
  options: DownloadOptions,
  on: { readonly ports: FilePorts; readonly ownOrigin: string | undefined },
): Promise<DownloadedFile> {
  const body = readReference(reference);
  judge(body, options, on);
  const download = new Download(body, options, on.ports);
  return download.run();
}

function readReference(reference: FileReference): ExternalBody {
  if (typeof reference === "string") return { ...NOTHING_KNOWN, url: reference };
  if (!("contentType" in reference)) return reference;
  const { contentType, content } = reference;
  const read = parseExternalBody({ headers: [["Content-Type", contentType]], content });
  if (!read.ok) throw new ImError("not supported", { warning: read.error.reason });
  return read.value;
}

const NOTHING_KNOWN: Omit<ExternalBody, "url"> = {
  expiresAt: undefined,
  sizeBytes: undefined,
  hash: undefined,
  headers: [],
};

function judge(
  body: ExternalBody,
  { mostBytes = MOST_BYTES }: DownloadOptions,
  { ports, ownOrigin }: { readonly ports: FilePorts; readonly ownOrigin: string | undefined },
): void {
  const url = readWebUrl(body.url);
  const trusted = url !== undefined && (isLoopback(url) || url.origin === ownOrigin);
  const schemes = trusted ? ["https", "http"] : ["https"];
  const verdict = judgeFetch(body, { now: ports.clock.now(), schemes, mostBytes });
  if (verdict === "expired") throw new ImError("expired");
  if (verdict === "too large") throw new ImError("too large");
  if (verdict !== "fetch" || url === undefined) throw new ImError("refused", { warning: verdict });
}

class Download {
  readonly #body: ExternalBody;
  readonly #options: DownloadOptions;
  readonly #ports: FilePorts;
  readonly #retries: Retries;
  readonly #check: FileCheck;
  readonly #pieces: Uint8Array[] = [];
  #offset = 0;
  #total: number | undefined;
  #tag: string | undefined;
  #type: string | undefined;
  #name: string | undefined;

  constructor(body: ExternalBody, options: DownloadOptions, ports: FilePorts) {
    const announced = announcedContent(body);
    const { sha256 } = options;
    const hashes = sha256 === undefined ? [] : [{ algorithm: "sha-256", value: sha256 }];
    this.#body = body;
    this.#options = options;
    this.#ports = ports;
    this.#retries = new Retries(ports, options.signal);
    this.#total = body.sizeBytes;
    this.#check = new FileCheck(
      { ...announced, hashes: [...announced.hashes, ...hashes] },
      ports.startHash,
    );
  }

  async run(): Promise<DownloadedFile> {
    for (;;) {
      try {
        if (await this.#part()) break;
        throw new ImError("offline", { warning: "the answer has ended before its end" });
      } catch (error) {
        await this.#retries.after(error);
      }
    }
    const verdict = this.#check.verdict();
    if (verdict !== "as announced") throw new ImError("refused", { warning: verdict });
    const { write, sha256 } = this.#options;
    const { hash, headers } = this.#body;
    const announced = nameIn(mimeHeader(headers, "Content-Disposition"));
    return {
      bytes: write === undefined ? concatBytes(...this.#pieces) : undefined,
      sizeBytes: this.#offset,
      type: mimeHeader(headers, "Content-Type") ?? this.#type ?? OCTETS,
      name: safeFileName(announced ?? this.#name),
      verified: hash !== undefined || sha256 !== undefined,
    };
  }

  /** One request for what is missing; false when its answer broke off. */
  async #part(): Promise<boolean> {
    const { signal } = this.#options;
    const offset = this.#offset;
    const answer = await fetchWithin(
      this.#ports,
      this.#body.url,
      { method: "GET", headers: rangeFrom(offset, this.#tag), body: undefined },
      signal,
    );
    await accepted(answer);
    this.#note(answer);
    const skipped = answer.status === 206 ? rangeStart(answer) : 0;
    if (skipped > offset) throw new ImError("server trouble", { warning: "another range came" });
    await this.#take(answer, offset - skipped);
    return this.#total === undefined || this.#offset >= this.#total;
  }

  /** What the server tells, as far as nobody has told it better. */
  #note(answer: FetchAnswer): void {
    const { headers, status } = answer;
    const length = headers.get("content-length");
    if (status === 200 && length !== null && /^\d{1,15}$/.test(length)) {
      this.#total ??= Number(length);
    }
    if ((this.#total ?? 0) > (this.#options.mostBytes ?? MOST_BYTES)) {
      throw new ImError("too large");
    }
    this.#tag ??= headers.get("etag") ?? undefined;
    this.#type ??= headers.get("content-type") ?? undefined;
    this.#name ??= nameIn(headers.get("content-disposition"));
  }

  /** Reads to the end of the answer, or until it breaks off. The first octets may be known already. */
  async #take(answer: FetchAnswer, known: number): Promise<void> {
    const reader = answer.body?.getReader();
    if (reader === undefined) return;
    const { signal } = this.#options;
    const stop = new Stop(this.#ports.clock, signal);
    let skip = known;
    try {
      for (;;) {
        const { done, value: piece = NOTHING } = await stop.inTime(reader.read(), SILENT_MS);
        if (done) return;
        const fresh = piece.subarray(Math.min(skip, piece.length));
        skip -= piece.length - fresh.length;
        if (fresh.length > 0) await this.#keep(fresh);
      }
    } catch (cause) {
      void reader.cancel().catch(() => {}); // it is over anyway
      throw failureOf(cause, stop, signal);
    } finally {
      stop.done();
    }
  }

  async #keep(piece: Uint8Array): Promise<void> {
    const { mostBytes = MOST_BYTES, write, onProgress } = this.#options;
    if (this.#offset + piece.length > mostBytes) throw new ImError("too large");
    if (!this.#check.update(piece)) throw new ImError("refused", { warning: "too long" });
    if (write === undefined) this.#pieces.push(piece);
    else await written(write, piece);
    this.#offset += piece.length;
    this.#retries.progressed();
    onProgress?.({ doneBytes: this.#offset, totalBytes: this.#total });
  }
}

/** What the application throws is no failure of the line. */
async function written(
  write: NonNullable<DownloadOptions["write"]>,
  piece: Uint8Array,
): Promise<void> {
  try {
    await write(piece);
  } catch (cause) {
    throw new ImError("not kept", { cause });
  }
}

function nameIn(text: string | null | undefined): string | undefined {
  const disposition = parseDisposition(text ?? "");
  return disposition.ok ? fileNameOf(disposition.value) : undefined;
}

function rangeFrom(offset: number, tag: string | undefined): Readonly<Record<string, string>> {
  if (offset === 0) return {};
  const range = `bytes=${offset}-`;
  return tag === undefined ? { range } : { range, "if-range": tag };
}

function rangeStart({ headers }: FetchAnswer): number {
  const [, start] = /^bytes (\d{1,15})-/.exec(headers.get("content-range") ?? "") ?? [];
  return start === undefined ? Number.POSITIVE_INFINITY : Number(start);
}
