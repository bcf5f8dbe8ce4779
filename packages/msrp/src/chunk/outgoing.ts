/** One message on its way out. RFC 4975 §7.1.1 */
import { type Cancel, type Link, Runner, type Wheel } from "@parlance/wire";
import type { FailureReport, HeaderParts, ReportFacts } from "../frame/index.ts";
import { OctetRanges } from "../report/index.ts";
import { ChunkReader } from "./chunk-reader.ts";
import { type MessageStates, messagePlan } from "./message-life.ts";
import { bytesSource, type MessageSource } from "./source.ts";

export interface OutgoingMessage {
  /** Unique for ever; made here by default. The same one again tells the receiver that it has it already. */
  readonly messageId?: string | undefined;
  readonly contentType: string;
  readonly content: Uint8Array | MessageSource;
  /** Content-Disposition and the like; Content-Type is not among them. */
  readonly headers?: HeaderParts | undefined;
  /** Asks the far end to say when it has all of it. No by default. RFC 4975 §7.1.3 */
  readonly successReport?: boolean | undefined;
  /** "yes" by default: every chunk is answered. RFC 4975 §7.1.4 */
  readonly failureReport?: FailureReport | undefined;
  /** In one chunk, whatever its size: for peers that cannot put two together. */
  readonly whole?: boolean | undefined;
  /** Body of a chunk, other than the usual size. */
  readonly chunkBytes?: number | undefined;
}

/** Hears what becomes of a message: `failed` or one of the others, in this order. */
export interface MessageLife {
  /** So many octets from the first on have been answered, or written where no answer comes. */
  progress?(confirmedBytes: number, sizeBytes: number | undefined): void;
  /** The next hop has all of it. The last thing that is heard unless a success report was asked for. */
  accepted?(): void;
  /** The far end has all of it. */
  delivered?(): void;
  /** It did not say so in time, or before the session ended. */
  unreported?(): void;
  /** It may come after `accepted`: a hop behind the next one has failed. */
  failed?(failure: SendFailure): void;
}

export interface SendFailure {
  readonly why:
    | "refused" // by `status`
    | "no answer" // within 30 s. RFC 4975 §7.1.1
    | "aborted" // by our side
    | "source failed" // what was to be sent could not be read, or not again
    | "too large" // for a peer that takes whole messages alone
    | "too many" // messages wait already
    | "session ended";
  /** What a hop or the far end said; 408 for "no answer". RFC 4975 §10.4 */
  readonly status: number | undefined;
  /** Said in a REPORT: the failure lies behind the next hop. */
  readonly reported: boolean;
}

/** A message of ours, to call it off. */
export interface Sending {
  readonly messageId: string;
  /** What is not through yet is not sent; what was begun ends with "#". RFC 4975 §7.1 */
  abort(): void;
}

export interface OutgoingOptions {
  readonly messageId: string;
  readonly chunkBytes: number;
  readonly reportMs: number;
  readonly wheel: Wheel;
  /** Chunks can be had, or there is something else to do about the message. */
  wake(): void;
  /** It is through, and only reports may still come. */
  lingers(message: Outgoing): void;
  ended(message: Outgoing): void;
}

/** A chunk that waits for its answer. */
export interface Unanswered {
  readonly transactionId: string;
  readonly message: Outgoing;
  readonly offset: number;
  readonly bytes: number;
  readonly cancel: Cancel;
}

/** There is no session any more that a frame could be for. */
const NOBODY: ReadonlySet<number> = new Set([481, 506]);

export class Outgoing implements Sending {
  readonly message: OutgoingMessage;
  readonly messageId: string;
  readonly failureReport: FailureReport;
  readonly sizeBytes: number | undefined;
  readonly reader: ChunkReader;
  /** In the order in which they were written. */
  readonly unanswered = new Set<Unanswered>();
  /** At least one chunk has left. */
  begun = false;
  /** It was called off, and the peer has to be told yet. */
  aborting = false;
  /** Among those that wait for reports. */
  place: Link<Outgoing> | undefined = undefined;
  readonly #life: MessageLife;
  readonly #options: OutgoingOptions;
  readonly #runner: Runner<MessageStates>;
  readonly #reported = new OctetRanges();
  #failure: SendFailure = { why: "session ended", status: undefined, reported: false };
  #confirmed = 0;
  #chunks = 0;
  #sentBytes: number | undefined;

  constructor(message: OutgoingMessage, life: MessageLife, options: OutgoingOptions) {
    const { content } = message;
    const source = content instanceof Uint8Array ? bytesSource(content) : content;
    this.message = message;
    this.messageId = options.messageId;
    this.failureReport = message.failureReport ?? "yes";
    this.sizeBytes = source.sizeBytes;
    this.reader = new ChunkReader(source, options.chunkBytes, () => options.wake());
    this.#life = life;
    this.#options = options;
    const hears = message.successReport === true || this.failureReport !== "no";
    this.#runner = new Runner(messagePlan(hears ? options.reportMs : 0), options.wheel, {
      perform: (action) => this.#perform(action),
      ended: () => this.#ended(),
    });
    this.#runner.start();
  }

  get state(): MessageStates["state"] {
    return this.#runner.state;
  }

  /** One of its chunks has left. */
  chunkWritten(): void {
    this.begun = true;
    this.#chunks += 1;
  }

  /** Everything was written; `sentBytes` is its size, now known. */
  lastWritten(sentBytes: number): void {
    this.#sentBytes = sentBytes;
    this.#runner.input("last chunk written");
    this.settle();
  }

  /** A chunk was answered, or needs no answer: looks whether that was all of them. */
  settle(): void {
    const [first] = this.unanswered;
    const confirmed = first?.offset ?? this.reader.offset;
    if (confirmed > this.#confirmed) {
      this.#confirmed = confirmed;
      this.reader.release(confirmed);
      this.#life.progress?.(confirmed, this.sizeBytes ?? this.#sentBytes);
    }
    if (first === undefined && this.state === "written") this.#runner.input("all answered");
  }

  /** Ranges accumulate; over all that the report itself calls total, it is about the whole. */
  reported({ range, status }: ReportFacts): void {
    if (status.namespace !== "000") return;
    if (status.code !== 200) {
      return this.failThere({ why: "refused", status: status.code, reported: true });
    }
    const { start = 1, end, total } = range ?? {};
    // Without a range it is about the whole. Peers are known to count characters. Who gives no end means all where there was but one chunk to report on.
    const whole =
      range === undefined ||
      (start === 1 && (end === undefined ? this.#chunks < 2 : end === total));
    const size = this.sizeBytes ?? this.#sentBytes;
    if (!whole && end !== undefined) this.#reported.add(start - 1, end);
    const all = whole || (size !== undefined && this.#reported.covers(size));
    if (all && this.message.successReport === true) this.#runner.input("all reported");
  }

  fail(failure: SendFailure): void {
    this.#failure = failure;
    this.#runner.input("failed");
  }

  /** The peer, or somebody behind it, has failed it: what was begun and is not written in full ends. RFC 4975 §7.1, §7.3.2 */
  failThere(failure: SendFailure): void {
    this.aborting = this.begun && this.state === "sending" && !NOBODY.has(failure.status ?? 0);
    this.fail(failure);
  }

  abort(): void {
    if (this.state !== "sending") return;
    this.aborting = this.begun;
    this.fail({ why: "aborted", status: undefined, reported: false });
    this.#options.wake();
  }

  /** What was not answered is to be written again, or all of it. */
  restart(from: "confirmed" | "start"): void {
    this.aborting = false;
    if (this.state === "accepted" || this.state === "terminated") return;
    if (from === "start") this.#confirmed = 0;
    this.reader.restart(this.#confirmed);
    this.#runner.input("connection lost");
  }

  /** No further report is waited for. */
  giveWay(): void {
    this.#runner.input("no room");
  }

  #perform(action: MessageStates["action"]): void {
    const life = this.#life;
    switch (action) {
      case "tell accepted":
        if (this.state === "accepted") this.#options.lingers(this);
        life.accepted?.();
        return;
      case "tell delivered":
        life.delivered?.();
        return;
      case "tell unreported":
        if (this.message.successReport === true) life.unreported?.();
        return;
      case "tell failed":
        life.failed?.(this.#failure);
    }
  }

  #ended(): void {
    this.reader.close();
    this.#options.ended(this);
  }
}
