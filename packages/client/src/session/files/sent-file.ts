/** A file on its way to somebody: what becomes of it, over as many attempts as it takes. OMA IM 10.1 */
import type { Clock } from "@parlance/wire";
import { Emitter, type Listening } from "../../base/emitter.ts";
import { ImError } from "../../base/errors.ts";
import { onAbort, type Signal } from "../../base/signal.ts";
import type { FileProgress } from "../../files/upload-file.ts";
import type {
  FileRecipient,
  FileResume,
  SentFileRecord,
  SentFileState,
} from "../../store/file-record.ts";
import {
  type FileReceipt,
  failureIn,
  isNews,
  receiptOfAll,
  withRecipient,
} from "./file-receipts.ts";
import { Progress } from "./progress.ts";

export interface SentFileFacts {
  readonly id: string;
  readonly name: string | undefined;
  readonly type: string;
  readonly sizeBytes: number | undefined;
}

const RANK: Readonly<Record<SentFileState, number>> = {
  preparing: 0,
  offered: 1,
  sending: 2,
  interrupted: 2, // they take turns
  sent: 3,
  deferred: 4,
  delivered: 5,
  failed: 6,
};

export interface SentFileEvents {
  readonly state: SentFileState;
  /** Of a file for many: of one of them more is known. */
  readonly recipients: readonly FileRecipient[];
}

export class SentFile {
  readonly id: string;
  readonly name: string | undefined;
  readonly type: string;
  readonly sizeBytes: number | undefined;
  readonly #emitter: Emitter<SentFileEvents>;
  readonly #progress: Progress;
  readonly #accepted = Promise.withResolvers<void>();
  readonly #delivered = Promise.withResolvers<void>();
  /** Only the SDK sets it: called when a receipt has told what there is to tell. */
  told: (() => void) | undefined = undefined;
  #state: SentFileState = "preparing";
  #failure: ImError | undefined;
  /** It stays what it is. */
  #over = false;
  #via: "session" | "http" = "session";
  #hashes: SentFileRecord["hashes"] = [];
  #messageId: string | undefined;
  #recipients: readonly FileRecipient[] = [];
  #resume: FileResume | undefined;

  constructor(facts: SentFileFacts, failed: (error: unknown) => void) {
    this.id = facts.id;
    this.name = facts.name;
    this.type = facts.type;
    this.sizeBytes = facts.sizeBytes;
    this.#emitter = new Emitter(failed);
    this.#progress = new Progress(facts.sizeBytes);
    for (const { promise } of [this.#accepted, this.#delivered]) promise.catch(() => {});
  }

  get state(): SentFileState {
    return this.#state;
  }

  get failure(): ImError | undefined {
    return this.#failure;
  }

  /** Which way it goes, or has gone. */
  get via(): "session" | "http" {
    return this.#via;
  }

  /** As they are announced; none before it has been read, and of a stream. */
  get hashes(): SentFileRecord["hashes"] {
    return this.#hashes;
  }

  /** Of the message that says where it is; undefined for one that goes straight. */
  get messageId(): string | undefined {
    return this.#messageId;
  }

  /** Of a file for many: what is known of whom. Nothing of those who have not been heard of. */
  get recipients(): readonly FileRecipient[] {
    return this.#recipients;
  }

  /** A loop over it gets the newest value each time, and ends with the file. */
  get progress(): AsyncIterable<FileProgress> & { readonly now: FileProgress } {
    return this.#progress;
  }

  /** The other side takes it. Rejects with ImError: "declined", "not reachable" … */
  get accepted(): Promise<void> {
    return this.#accepted.promise;
  }

  /**
   * The other side has said that it has all of it (for many: all who have been heard of, but for those who do not
   * get it), which may take days where it is "deferred". Rejects with ImError:
   * "timeout": it did not say so; "closed", while the state is "sent" or "deferred": the client has ended before.
   */
  get delivered(): Promise<void> {
    return this.#delivered.promise;
  }

  /** Called at every change. */
  on(
    type: "state",
    listener: (state: SentFileState) => void,
    options?: { readonly signal?: Signal },
  ): Listening;
  on(
    type: "recipients",
    listener: (recipients: readonly FileRecipient[]) => void,
    options?: { readonly signal?: Signal },
  ): Listening;
  on<K extends keyof SentFileEvents>(
    type: K,
    listener: (value: SentFileEvents[K]) => void,
    options: { readonly signal?: Signal } = {},
  ): Listening {
    return this.#emitter.on(type, listener, options);
  }

  // Only the SDK calls what follows.

  goesBy(via: "session" | "http"): void {
    this.#via = via;
  }

  hashed(hashes: SentFileRecord["hashes"]): void {
    this.#hashes = hashes;
  }

  announced(messageId: string): void {
    this.#messageId = messageId;
  }

  advance(doneBytes: number): void {
    this.#progress.set(doneBytes);
    if (this.#resume !== undefined) this.#resume = { ...this.#resume, doneBytes };
  }

  /** How it would go on with another program. */
  get resume(): FileResume | undefined {
    return this.#resume;
  }

  resumesWith(resume: FileResume): void {
    this.#resume = resume;
  }

  become(state: Exclude<SentFileState, "failed">): void {
    if (this.#state === "failed" || this.#state === state) return;
    if (RANK[state] < RANK[this.#state]) return;
    this.#state = state;
    if (RANK[state] >= RANK.sending) this.#accepted.resolve();
    if (state === "delivered") {
      this.#delivered.resolve();
      this.#progress.end();
    }
    this.#emitter.emit("state", state);
  }

  /** What has become of it is known: nothing is to be tried any more. */
  get known(): boolean {
    return RANK[this.#state] >= RANK.deferred;
  }

  /** A receipt may come at any time, and corrects what was only supposed. */
  heard(receipt: FileReceipt): void {
    if (isNews(this, receipt)) this.#take(receipt);
  }

  #take(receipt: FileReceipt): void {
    this.#over = false;
    const failed = failureIn(receipt);
    if (failed !== undefined) this.fail(new ImError(failed));
    else {
      if (this.#state === "failed") this.#state = "sent";
      this.#failure = undefined;
      this.become(receipt === "deferred" ? "deferred" : "delivered");
    }
    this.told?.();
  }

  /** One of many has it, or waits for it, or does not get it. */
  heardOf(address: string, state: FileReceipt): void {
    const known = withRecipient(this.#recipients, { address, state });
    if (known === this.#recipients) return;
    this.#recipients = known;
    this.#emitter.emit("recipients", known);
    const all = receiptOfAll(known);
    if (all !== undefined && this.#state !== "delivered") this.#take(all);
    this.told?.(); // the server has all of it, and more will be told by and by
  }

  /** What an earlier program has heard. */
  knowsOf(recipients: readonly FileRecipient[]): void {
    this.#recipients = recipients;
  }

  /** Nobody will say more of it. */
  unreported(why: "timeout" | "closed" = "timeout"): void {
    this.#over = true;
    this.#delivered.reject(new ImError(why));
    this.#progress.end();
  }

  fail(error: ImError): void {
    if (this.#over || this.#state === "failed" || this.#state === "delivered") return;
    this.#state = "failed";
    this.#failure = error;
    this.#accepted.reject(error);
    this.#delivered.reject(error);
    this.#progress.end();
    this.#emitter.emit("state", "failed");
  }
}

/** Rejects with ImError when the signal fires before the time is over. */
export function pause(clock: Clock, waitMs: number, signal: Signal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.schedule(waitMs, () => {
      letGo();
      resolve();
    });
    const letGo = onAbort(signal, () => {
      cancel();
      reject(new ImError("aborted"));
    });
  });
}
