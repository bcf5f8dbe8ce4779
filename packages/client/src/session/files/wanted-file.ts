/** A file that is to be sent, and what sending it needs. */
import type { Clock, Random, StartHash } from "@parlance/wire";
import type { Signal } from "../../base/signal.ts";
import type { BlobLike } from "../../files/fetch.ts";
import type { FileContent } from "../../files/file-content.ts";
import type { StoredFile } from "../../files/stored-file.ts";
import type { UploadOptions } from "../../files/upload-file.ts";
import type { Content, SendOptions } from "../../sending/content.ts";
import type { Sender } from "../../sending/pager-message.ts";
import type { SentMessage } from "../../sending/sent-message.ts";
import type { Door } from "../door.ts";
import type { MediaPorts } from "../media/media-session.ts";
import type { FileFacts } from "./file-facts.ts";
import type { SentFile } from "./sent-file.ts";

export interface SendFileOptions {
  /** Shown to the other side; a `File` brings its own. */
  readonly name?: string;
  /** Media type; a `Blob` brings its own. */
  readonly type?: string;
  /** Of a stream, where it is known. */
  readonly sizeBytes?: number;
  /** A small PNG, JPEG, GIF or WebP, shown before the file is taken. At most 32 KiB in a session. */
  readonly thumbnail?: Uint8Array | BlobLike;
  /**
   * `session`: straight to the other side, which has to be there; `http`: by way of the file server. Default `auto`:
   * straight, and where nobody is there by way of the server, if there is one and the content can be read twice.
   */
  readonly via?: "auto" | "session" | "http";
  readonly subject?: string;
  /** Ends it; what has arrived of it is thrown away. */
  readonly signal?: Signal;
}

export interface Wanted {
  readonly to: string;
  readonly content: FileContent;
  readonly options: SendFileOptions;
  /** Where to begin, counted from zero; only of what can be read again. */
  readonly startByte: number;
  readonly file: SentFile;
  readonly facts: Omit<FileFacts, "hashes" | "createdAt">;
  /** Writes down how far it has come. */
  readonly keep: () => void;
}

export interface FileTransferPorts {
  readonly media: MediaPorts | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly startHash: StartHash;
  readonly sender: Sender;
  readonly door: Door;
  readonly files: FileDeposit;
  readonly send: (to: string, content: Content, options: SendOptions) => SentMessage;
  readonly report: (error: unknown) => void;
}

/** Where files are left for those who fetch them later. */
export interface FileDeposit {
  readonly available: boolean;
  upload(content: FileContent, options: UploadOptions): Promise<StoredFile>;
  announcement(file: StoredFile): Content;
}
