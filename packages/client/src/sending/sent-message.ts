/** A message on its way, with its life: queued, sent, accepted, deferred, delivered, displayed, or failed. */

import { Emitter, type Listening } from "../base/emitter.ts";
import { ImError } from "../base/errors.ts";
import type { Signal } from "../base/signal.ts";
import type { Recipient, SendingState, SentRecord } from "../store/client-store.ts";

const RANK: Readonly<Record<SendingState, number>> = {
  queued: 0,
  sent: 1,
  accepted: 2,
  deferred: 3,
  delivered: 4,
  displayed: 5,
  failed: 6,
};

/**
 * Whether `to` comes later in a message's life. States go forward, but for one step: a message that
 * was given up without knowing its fate may turn out to have arrived, and then that is the truth.
 */
export function isLater(from: SendingState, to: SendingState): boolean {
  if (from === "failed") return to === "delivered" || to === "displayed";
  // Whoever has the message cannot lose it again.
  if (to === "failed") return RANK[from] < RANK.delivered;
  return RANK[to] > RANK[from];
}

export function isSettled({ state }: SentRecord): boolean {
  return RANK[state] > RANK.sent;
}

/** What all recipients have reached, and "failed" only when everybody failed. */
export function overallState(recipients: readonly Recipient[]): SendingState {
  const alive = recipients.filter(({ state }) => state !== "failed");
  const ranked = alive.toSorted((a, b) => RANK[a.state] - RANK[b.state]);
  return ranked[0]?.state ?? "failed";
}

export class SentMessage {
  readonly #emitter: Emitter<{ state: SendingState }>;
  readonly #waits = new Map<SendingState, Wait>();
  #record: SentRecord;

  constructor(record: SentRecord, failed: (error: unknown) => void) {
    this.#record = record;
    this.#emitter = new Emitter(failed);
  }

  /** imdn.Message-ID. */
  get id(): string {
    return this.#record.id;
  }

  get state(): SendingState {
    return this.#record.state;
  }

  /** Address and state of each recipient. */
  get recipients(): readonly Recipient[] {
    return this.#record.recipients;
  }

  /** In a group: it has the message, but not everybody in it has said that he has. */
  get partly(): boolean {
    return this.#record.partly ?? false;
  }

  get record(): SentRecord {
    return this.#record;
  }

  /** Why it failed. Unless the code says otherwise for certain, the recipient may have it. */
  get failure(): ImError | undefined {
    const { failure } = this.#record;
    if (failure === undefined) return undefined;
    const { code, status, warning } = failure;
    return new ImError(code, {
      ...(status === undefined ? {} : { status }),
      ...(warning === undefined ? {} : { warning }),
    });
  }

  /** The server has it: delivered at once or kept for later. Rejects with ImError when it failed. */
  get accepted(): Promise<void> {
    return this.reached("accepted");
  }

  /** The recipient's device has it (every recipient's, for many). */
  get delivered(): Promise<void> {
    return this.reached("delivered");
  }

  /** The recipient has seen it; may never happen. */
  get displayed(): Promise<void> {
    return this.reached("displayed");
  }

  /** Resolves at that state or a later one. */
  reached(state: Exclude<SendingState, "failed">): Promise<void> {
    if (this.state === "failed") return Promise.reject(this.failure ?? new ImError("refused"));
    if (RANK[this.state] >= RANK[state]) return Promise.resolve();
    const known = this.#waits.get(state) ?? newWait();
    this.#waits.set(state, known);
    return known.promise;
  }

  /** Called at every later state. */
  on(
    type: "state",
    listener: (state: SendingState) => void,
    options: { readonly signal?: Signal } = {},
  ): Listening {
    return this.#emitter.on(type, listener, options);
  }

  /** Only the SDK calls this, after the store has it. */
  update(record: SentRecord): void {
    const before = this.#record.state;
    this.#record = record;
    if (record.state === before) return;
    for (const [state, wait] of this.#waits) {
      if (record.state === "failed") wait.reject(this.failure ?? new ImError("refused"));
      else if (RANK[record.state] >= RANK[state]) wait.resolve();
      else continue;
      this.#waits.delete(state);
    }
    this.#emitter.emit("state", record.state);
  }

  /** Only the SDK calls this: the client is closed, and nobody hears of this message any more. */
  abandon(): void {
    for (const wait of this.#waits.values()) wait.reject(new ImError("closed"));
    this.#waits.clear();
  }
}

interface Wait {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: ImError) => void;
}

function newWait(): Wait {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  promise.catch(() => {}); // a failure that nobody waits for is told by the state
  return { promise, resolve, reject };
}
