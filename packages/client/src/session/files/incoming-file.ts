/** A file that somebody offers, or that was asked for: to be taken piece by piece, or declined. OMA IM 10.1, RFC 5547 §8.3 */
import { FileCheck, type FileSelector } from "@parlance/formats";
import type { StartHash } from "@parlance/wire";
import { Emitter, type Listening } from "../../base/emitter.ts";
import { ImError } from "../../base/errors.ts";
import { onAbort, type Signal } from "../../base/signal.ts";
import type { FileProgress } from "../../files/upload-file.ts";
import type { IncomingFileState, ReceivedFileRecord } from "../../store/file-record.ts";
import { PieceQueue } from "./piece-queue.ts";
import { Progress } from "./progress.ts";

export interface IncomingFileFacts {
  readonly id: string;
  /** Address of the sender. */
  readonly from: string;
  readonly fromName: string | undefined;
  readonly conversation: string;
  /** Safe to offer for saving. */
  readonly name: string;
  readonly type: string;
  readonly sizeBytes: number | undefined;
  readonly thumbnail: { readonly type: string; readonly content: Uint8Array } | undefined;
  readonly subject: string | undefined;
  readonly selector: FileSelector;
  /** Of the message that says where it is; undefined for one that comes straight. */
  readonly messageId?: string;
}

export interface TakeOptions {
  /** Gives it up. */
  readonly signal?: Signal;
  /**
   * Called when all is there and is what was announced: the sender hears so when this has settled. He waits for
   * half a minute.
   */
  readonly finish?: () => void | Promise<void>;
}

/** What the SDK does when the application decides. */
export interface IncomingFilePorts {
  readonly startHash: StartHash;
  readonly declined: (status: number) => void;
  /** More may be read. */
  readonly room: () => void;
  /** Nothing more of it is wanted; `told`: the sender hears why by the answer to what he has sent. */
  readonly abandoned: (told: boolean) => void;
  readonly report: (error: unknown) => void;
}

export class IncomingFile {
  readonly id: string;
  readonly from: string;
  readonly fromName: string | undefined;
  readonly conversation: string;
  readonly name: string;
  readonly type: string;
  readonly sizeBytes: number | undefined;
  readonly thumbnail: IncomingFileFacts["thumbnail"];
  readonly subject: string | undefined;
  /** A hash was announced, and is checked before the last octet counts as taken. */
  readonly verifiable: boolean;
  /** As they were announced. */
  readonly hashes: ReceivedFileRecord["hashes"];
  readonly via: "session" | "http";
  /** Of the message that says where it is; undefined for one that comes straight. */
  readonly messageId: string | undefined;
  /** Only the SDK sets it: writes into the history what is known of it now. */
  kept: () => Promise<void> = () => Promise.resolve();
  readonly #ports: IncomingFilePorts;
  readonly #emitter: Emitter<{ state: IncomingFileState }>;
  readonly #progress: Progress;
  readonly #queue: PieceQueue;
  readonly #check: FileCheck;
  #state: IncomingFileState = "offered";
  #failure: ImError | undefined;
  #place: string | undefined;
  #taken = false;
  #receivedBytes = 0;

  constructor(facts: IncomingFileFacts, ports: IncomingFilePorts) {
    this.id = facts.id;
    this.from = facts.from;
    this.fromName = facts.fromName;
    this.conversation = facts.conversation;
    this.name = facts.name;
    this.type = facts.type;
    this.sizeBytes = facts.sizeBytes;
    this.thumbnail = facts.thumbnail;
    this.subject = facts.subject;
    this.hashes = facts.selector.hashes;
    this.verifiable = this.hashes.length > 0;
    this.messageId = facts.messageId;
    this.via = facts.messageId === undefined ? "session" : "http";
    this.#ports = ports;
    this.#emitter = new Emitter(ports.report);
    this.#progress = new Progress(facts.sizeBytes);
    this.#queue = new PieceQueue(ports.room, () => this.#abandon());
    this.#check = new FileCheck(facts.selector, ports.startHash);
  }

  get state(): IncomingFileState {
    return this.#state;
  }

  get failure(): ImError | undefined {
    return this.#failure;
  }

  /** Where it was put, as the application has said. */
  get place(): string | undefined {
    return this.#place;
  }

  /** A loop over it gets the newest value each time, and ends with the file. */
  get progress(): AsyncIterable<FileProgress> & { readonly now: FileProgress } {
    return this.#progress;
  }

  /** Called at every change. */
  on(
    type: "state",
    listener: (state: IncomingFileState) => void,
    options: { readonly signal?: Signal } = {},
  ): Listening {
    return this.#emitter.on(type, listener, options);
  }

  /**
   * Takes it: the octets, one piece after the other, as fast as they are asked for. The loop ends when all is there
   * and is what was announced; it throws ImError when it is not, when it was called off, or when the sender did
   * not come back. `ReadableStream.from(…)` makes a stream of it. Once; throws ImError when it is too late.
   */
  accept(options: TakeOptions = {}): AsyncGenerator<Uint8Array, void> {
    if (this.#taken || (this.#state !== "offered" && !this.live && this.#state !== "failed")) {
      throw new ImError("expired");
    }
    this.#taken = true;
    this.become("receiving");
    return this.#take(options);
  }

  /**
   * Takes it, and gives each piece to `write`, one call after the other. Resolves when all is there; when it
   * rejects with ImError, what was written is to be thrown away.
   */
  async save(
    write: (piece: Uint8Array) => void | Promise<void>,
    options: TakeOptions = {},
  ): Promise<void> {
    for await (const piece of this.accept(options)) await write(piece);
  }

  /** For the history, which has it when this resolves. */
  savedAs(place: string): Promise<void> {
    this.#place = place;
    return this.kept();
  }

  decline(why: "declined" | "busy" = "declined"): void {
    if (this.#state !== "offered") return;
    this.become("declined");
    this.#progress.end();
    this.#ports.declined(why === "busy" ? 486 : 603);
  }

  // Only the SDK calls what follows.

  /** Octets of the file, from the first on, that have come. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  get live(): boolean {
    return this.#state === "receiving" || this.#state === "interrupted";
  }

  /** False: nothing more is to be read until there is room; a status when there is more of it than was announced. */
  put(octets: Uint8Array): boolean | number {
    if (!this.live) return 413;
    if (!this.#check.update(octets)) {
      this.fail(new ImError("refused", { warning: "it is longer than was announced" }), true);
      return 413;
    }
    this.#receivedBytes += octets.length;
    this.#progress.set(this.#receivedBytes);
    return this.#queue.push(octets);
  }

  /** All is there: the status for the sender, once it has been taken. */
  async end(): Promise<number> {
    if (this.#state === "complete") return 200; // the first 200 was lost on its way
    const verdict = this.#check.verdict();
    if (verdict !== "as announced") {
      this.fail(new ImError("refused", { warning: `it is ${verdict}` }), true);
      return 400;
    }
    if (!(await this.#queue.end())) return 403;
    this.become("complete");
    this.#progress.end();
    await this.kept();
    return 200;
  }

  become(state: IncomingFileState): void {
    if (this.#state === state || OVER.has(this.#state)) return;
    this.#state = state;
    if (OVER.has(state)) this.#progress.end();
    this.#emitter.emit("state", state);
  }

  fail(error: ImError, told = false): void {
    if (OVER.has(this.#state)) return;
    this.#failure = error;
    this.#queue.fail(error);
    this.become("failed");
    this.#ports.abandoned(told);
  }

  #abandon(): void {
    this.fail(new ImError("aborted"));
  }

  async *#take({ signal, finish = () => {} }: TakeOptions): AsyncGenerator<Uint8Array, void> {
    const letGo = onAbort(signal, () => this.fail(new ImError("aborted")));
    try {
      yield* this.#queue.take(finish);
    } finally {
      letGo();
    }
  }
}

const OVER: ReadonlySet<IncomingFileState> = new Set([
  "complete",
  "declined",
  "withdrawn",
  "failed",
]);
