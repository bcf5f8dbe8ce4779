/** The main thread's side of the store: a bounded queue whose calls travel to the worker in groups. */
import { Worker } from "node:worker_threads";
import { StoreError } from "@parlance/server";
import type { OperationName, Operations } from "./operations.ts";
import { bytesIn, packGroup } from "./pack.ts";
import type { PendingCall } from "./pending-call.ts";
import type { Fault, FromWorker, GroupOutcome, ToWorker, WorkerSetup } from "./protocol.ts";

/** What the rest of the server can learn of the store at work. */
export interface StoreObserver {
  /** A group was committed, or partly refused. */
  committed?(group: GroupReport): void;
  /** A call failed, or the worker did: disk full, I/O error. Its caller has been told as well. */
  failed?(error: StoreError): void;
}

export interface GroupReport {
  readonly calls: number;
  /** What the transaction took in the worker. */
  readonly commitMs: number;
  /** Calls that wait behind it. */
  readonly waiting: number;
}

export interface QueueLimits {
  readonly calls: number;
  readonly bytes: number;
}

const QUEUE: QueueLimits = {
  calls: 20_000, // about a second of work
  bytes: 64 * 1024 * 1024, // bounds the memory when messages are large
};
const MOST_CALLS_IN_GROUP = 500; // bounds what the first of a group waits for the last: some 10 ms
const MOST_BYTES_IN_GROUP = 4 * 1024 * 1024;
const MOST_GROUPS_AWAY = 2; // one at work, one at the door: the worker never waits for us

export class StoreWorker {
  readonly #worker: Worker;
  readonly #observer: StoreObserver;
  readonly #limits: QueueLimits;
  readonly #ended = Promise.withResolvers<void>();
  #waiting: PendingCall[] = [];
  #waitingBytes = 0;
  #away: (readonly PendingCall[])[] = [];
  #scheduled = false;
  #copy: PromiseWithResolvers<void> | undefined;
  #closing = false;
  #lost: StoreError | undefined;

  /** Resolves when the data is open; rejects with a StoreError that says why it cannot be. */
  static async open(
    setup: WorkerSetup,
    observer: StoreObserver = {},
    limits: QueueLimits = QUEUE,
  ): Promise<StoreWorker> {
    // Beside this file, in the source as in what is built from it.
    const entry = import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js";
    const worker = new Worker(new URL(entry, import.meta.url), {
      name: "store",
      workerData: setup,
    });
    const opened = await firstWord(worker);
    if (opened.kind === "refused") throw errorOf(opened.fault);
    return new StoreWorker(worker, observer, limits);
  }

  private constructor(worker: Worker, observer: StoreObserver, limits: QueueLimits) {
    this.#worker = worker;
    this.#observer = observer;
    this.#limits = limits;
    worker.on("message", (message: FromWorker) => this.#hear(message));
    worker.on("error", (cause) => {
      this.#lose(new StoreError("closed", "the store's worker failed", { cause }));
    });
    worker.on("exit", () => {
      this.#lose(new StoreError("closed", "the store's worker has ended"));
      this.#ended.resolve();
    });
  }

  get busy(): boolean {
    const { calls, bytes } = this.#limits;
    return this.#waiting.length > calls / 2 || this.#waitingBytes > bytes / 2;
  }

  /** Bytes among the arguments must stay as they are until the promise is settled. */
  call<Name extends OperationName>(
    name: Name,
    ...args: Parameters<Operations[Name]>
  ): Promise<ReturnType<Operations[Name]>> {
    return new Promise((resolve, reject) => {
      const refusal = this.#refusal();
      if (refusal !== undefined) {
        reject(refusal);
        return;
      }
      const bytes = bytesIn(args);
      this.#waiting.push({ name, args, bytes, resolve, reject });
      this.#waitingBytes += bytes;
      this.#schedule();
    });
  }

  /** Everything that was committed when it resolves, in a file of its own. One at a time. */
  copyTo(file: string): Promise<void> {
    const refusal = this.#refusal();
    if (refusal !== undefined) return Promise.reject(refusal);
    if (this.#copy !== undefined) {
      return Promise.reject(new StoreError("busy", "the store is being copied already"));
    }
    this.#copy = Promise.withResolvers<void>();
    this.#worker.postMessage({ copyTo: file } satisfies ToWorker, []);
    return this.#copy.promise;
  }

  close(): Promise<void> {
    if (!this.#closing) {
      this.#closing = true;
      this.#endWhenIdle();
    }
    return this.#ended.promise;
  }

  #refusal(): StoreError | undefined {
    if (this.#closing) return new StoreError("closed", "the store is closed");
    if (this.#lost !== undefined) return this.#lost;
    if (this.#waiting.length < this.#limits.calls && this.#waitingBytes < this.#limits.bytes)
      return undefined;
    return new StoreError("busy", "too many calls are waiting for the disk");
  }

  /** At the end of the turn, so that whatever the turn asks for shares a transaction. */
  #schedule(): void {
    if (this.#scheduled || this.#away.length >= MOST_GROUPS_AWAY) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#send();
    });
  }

  #send(): void {
    while (this.#waiting.length > 0 && this.#away.length < MOST_GROUPS_AWAY) {
      const calls = this.#takeGroup();
      const group = packGroup(calls);
      this.#away.push(calls);
      this.#worker.postMessage(group satisfies ToWorker, [group.content.buffer]);
    }
  }

  #takeGroup(): readonly PendingCall[] {
    let count = 0;
    let bytes = 0;
    for (const call of this.#waiting) {
      if (count === MOST_CALLS_IN_GROUP || (count > 0 && bytes + call.bytes > MOST_BYTES_IN_GROUP))
        break;
      count++;
      bytes += call.bytes;
    }
    const group = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    this.#waitingBytes -= bytes;
    return group;
  }

  #hear(message: FromWorker): void {
    if (message.kind === "outcome") this.#settle(message);
    if (message.kind !== "copied") return;
    const copy = this.#copy;
    this.#copy = undefined;
    if (message.fault === undefined) copy?.resolve();
    else copy?.reject(errorOf(message.fault));
    this.#endWhenIdle();
  }

  #settle({ values, faults, commitMs }: GroupOutcome): void {
    const calls = this.#away.shift() ?? [];
    this.#send(); // first of all: the worker must not wait for what we do with the answers
    for (const [index, call] of calls.entries()) {
      const fault = faults?.get(index);
      if (fault === undefined) call.resolve(values[index]);
      else this.#fail(call, errorOf(fault));
    }
    this.#observer.committed?.({ calls: calls.length, commitMs, waiting: this.#waiting.length });
    this.#endWhenIdle();
  }

  #fail(call: PendingCall, error: StoreError): void {
    call.reject(error);
    this.#observer.failed?.(error);
  }

  #lose(error: StoreError): void {
    if (this.#lost !== undefined) return;
    this.#lost = error;
    const calls = [...this.#away.flat(), ...this.#waiting];
    this.#away = [];
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const call of calls) call.reject(error);
    this.#copy?.reject(error);
    if (!this.#closing) this.#observer.failed?.(error);
  }

  #endWhenIdle(): void {
    const idle = this.#waiting.length === 0 && this.#away.length === 0 && this.#copy === undefined;
    if (this.#closing && idle) this.#worker.postMessage("close" satisfies ToWorker, []);
  }
}

function firstWord(worker: Worker): Promise<FromWorker> {
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", (cause) => {
      reject(new StoreError("failed", "the store's worker did not start", { cause }));
    });
  });
}

function errorOf({ fault, message }: Fault): StoreError {
  return new StoreError(fault, message);
}
