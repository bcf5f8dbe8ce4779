/** Sends the messages of one session: in chunks, side by side, a small one never behind a large one. RFC 4975 §7.1.1 */
import { Chain, type Random, type Wheel } from "@parlance/wire";
import {
  formatByteRange,
  type HeaderParts,
  holdsEndLine,
  type MsrpResponse,
  type MsrpWriter,
  newIdent,
  type PathLines,
  type ReportFacts,
} from "../frame/index.ts";
import type { ChunkBody } from "./chunk-reader.ts";
import { type SendLimits, sendLimits, UNINTERRUPTED_BYTES } from "./limits.ts";
import {
  type MessageLife,
  Outgoing,
  type OutgoingMessage,
  type SendFailure,
  type Sending,
  type Unanswered,
} from "./outgoing.ts";

export interface ChunkSenderPorts {
  readonly writer: MsrpWriter;
  readonly random: Random;
  readonly wheel: Wheel;
  /** `next` may have something again. */
  wake(): void;
}

/**
 * Whoever owns the connection takes a frame at a time while it has room, and tells of answers and reports.
 * It outlives connections: what was not confirmed on one is sent on the next under the same Message-ID.
 */
export class ChunkSender {
  readonly #ports: ChunkSenderPorts;
  readonly #limits: SendLimits;
  /** All that is not over, by Message-ID, in the order in which it came. */
  readonly #messages = new Map<string, Outgoing>();
  /** Those that fit in one chunk and wait for it. */
  #small: Outgoing[] = [];
  /** Those of several chunks that have their turns, and those that wait until one of them is through. */
  #open: Outgoing[] = [];
  #large: Outgoing[] = [];
  /** Called off in the middle: one more frame says so. */
  #aborting: Outgoing[] = [];
  readonly #unanswered = new Map<string, Unanswered>();
  #unansweredBytes = 0;
  /** Through, but for their reports. */
  readonly #awaitingReports = new Chain<Outgoing>();
  #smallWasLast = false;

  constructor(ports: ChunkSenderPorts, limits: SendLimits = sendLimits) {
    this.#ports = ports;
    this.#limits = limits;
  }

  /** Messages that are not through. */
  get waiting(): number {
    return this.#small.length + this.#open.length + this.#large.length;
  }

  /** What becomes of it is told later, never from within the call. */
  send(message: OutgoingMessage, life: MessageLife): Sending {
    const messageId = message.messageId ?? newIdent(this.#ports.random);
    if (this.#messages.has(messageId)) throw new RangeError("a message of that id is on its way");
    const size =
      message.content instanceof Uint8Array ? message.content.length : message.content.sizeBytes;
    const { wholeBytes, messages } = this.#limits;
    if (message.whole === true && size !== undefined && size > wholeBytes) {
      return this.#refuse(messageId, life, "too large");
    }
    if (this.waiting >= messages) return this.#refuse(messageId, life, "too many");
    const outgoing = new Outgoing(message, life, {
      messageId,
      chunkBytes: message.whole === true ? wholeBytes : this.#chunkBytes(message),
      reportMs: this.#limits.reportMs,
      wheel: this.#ports.wheel,
      wake: () => this.#ports.wake(),
      lingers: (through) => this.#linger(through),
      ended: (over) => this.#forget(over),
    });
    this.#messages.set(messageId, outgoing);
    this.#enqueue(outgoing);
    this.#ports.wake();
    return outgoing;
  }

  /** The next frame to be written, in as many calls as there is room on the connection. */
  next(paths: PathLines): Uint8Array | undefined {
    const aborted = this.#aborting.shift();
    if (aborted !== undefined) return this.#endAborted(aborted, paths);
    while (this.#open.length < this.#limits.openMessages) {
      const message = this.#large.shift();
      if (message === undefined) break;
      this.#open.push(message);
    }
    // In turns, so that neither keeps the other out.
    const small = this.#smallWasLast ? undefined : this.#nextSmall(paths);
    const frame = small ?? this.#nextOpen(paths);
    this.#smallWasLast = small !== undefined;
    return frame ?? (small === undefined ? this.#nextSmall(paths) : undefined);
  }

  /** Whether the response belongs to a chunk of ours. */
  answered({ transactionId, status }: MsrpResponse): boolean {
    const chunk = this.#unanswered.get(transactionId);
    if (chunk === undefined) return false;
    this.#settle(chunk);
    if (status === 200) chunk.message.settle();
    else chunk.message.failThere({ why: "refused", status, reported: false });
    this.#ports.wake();
    return true;
  }

  /** Reports on messages that we do not know are ignored. RFC 4975 §7.1.2 */
  reported(report: ReportFacts): void {
    this.#messages.get(report.messageId)?.reported(report);
  }

  /**
   * The connection is gone. From "confirmed" on: for a peer that keeps what it has of a message; from its
   * "start" for all others. RFC 4975 §5.4
   */
  lost(from: "confirmed" | "start"): void {
    for (const chunk of this.#unanswered.values()) this.#settle(chunk);
    this.#small = [];
    this.#open = [];
    this.#large = [];
    this.#aborting = [];
    for (const message of this.#messages.values()) {
      message.restart(from);
      if (message.state === "sending") this.#enqueue(message);
    }
  }

  /** The session is over: what is not through has failed. */
  close(): void {
    for (const message of this.#messages.values()) {
      if (message.state === "accepted") message.giveWay();
      else message.fail({ why: "session ended", status: undefined, reported: false });
    }
    this.#aborting = [];
  }

  #chunkBytes({ chunkBytes }: OutgoingMessage): number {
    return Math.max(1, chunkBytes ?? this.#limits.chunkBytes);
  }

  #refuse(messageId: string, life: MessageLife, why: "too large" | "too many"): Sending {
    const failure: SendFailure = { why, status: undefined, reported: false };
    this.#ports.wheel.after(0, () => life.failed?.(failure));
    return { messageId, abort: () => {} };
  }

  #enqueue(message: Outgoing): void {
    const { sizeBytes } = message;
    const fits = sizeBytes !== undefined && sizeBytes <= this.#chunkBytes(message.message);
    (fits || message.message.whole === true ? this.#small : this.#large).push(message);
  }

  #nextSmall(paths: PathLines): Uint8Array | undefined {
    for (const message of this.#small) {
      const chunk = message.reader.next();
      if (chunk === "wait") continue;
      if (chunk === "broken") {
        this.#breakOff(message, "source failed");
      } else if (!chunk.last) {
        this.#breakOff(message, "too large");
      } else {
        this.#small.splice(this.#small.indexOf(message), 1);
        return this.#write(message, chunk, paths);
      }
      return this.#nextSmall(paths);
    }
    return undefined;
  }

  #nextOpen(paths: PathLines): Uint8Array | undefined {
    for (let turns = this.#open.length; turns > 0; turns -= 1) {
      const message = this.#open.shift();
      if (message === undefined) return undefined;
      const full = this.#unansweredBytes > 0 && this.#unansweredBytes >= this.#limits.windowBytes;
      const chunk = full && message.failureReport === "yes" ? "wait" : message.reader.next();
      if (chunk === "broken") {
        this.#breakOff(message, "source failed");
        if (message.aborting) return this.next(paths);
        continue;
      }
      if (chunk === "wait" || !chunk.last) this.#open.push(message);
      if (chunk !== "wait") return this.#write(message, chunk, paths);
    }
    return undefined;
  }

  #breakOff(message: Outgoing, why: "source failed" | "too large"): void {
    message.aborting = message.begun;
    message.fail({ why, status: undefined, reported: false });
  }

  #write(message: Outgoing, { offset, body, last }: ChunkBody, paths: PathLines): Uint8Array {
    const transactionId = this.#idFor(body);
    const frame = this.#ports.writer.request({
      transactionId,
      method: "SEND",
      paths,
      headers: headersOf(message, offset, body.length),
      body,
      flag: last ? "$" : "+",
    });
    message.chunkWritten();
    this.#await(message, { transactionId, offset, bytes: body.length });
    if (last) message.lastWritten(offset + body.length);
    else message.settle();
    return frame;
  }

  /** One more chunk, with nothing in it, that gives up the message. RFC 4975 §7.1 */
  #endAborted(message: Outgoing, paths: PathLines): Uint8Array {
    return this.#ports.writer.request({
      transactionId: newIdent(this.#ports.random),
      method: "SEND",
      paths,
      headers: headersOf(message, message.reader.offset, undefined),
      body: new Uint8Array(0),
      flag: "#",
    });
  }

  #idFor(body: Uint8Array): string {
    for (;;) {
      const transactionId = newIdent(this.#ports.random);
      if (!holdsEndLine(body, transactionId)) return transactionId; // RFC 4975 §7.1
    }
  }

  #await(
    message: Outgoing,
    of: { readonly transactionId: string; readonly offset: number; readonly bytes: number },
  ): void {
    const { failureReport } = message;
    if (failureReport === "no") return;
    const cancel = this.#ports.wheel.after(this.#limits.answerMs, () => this.#late(chunk));
    const chunk: Unanswered = { ...of, message, cancel };
    this.#unanswered.set(of.transactionId, chunk);
    message.unanswered.add(chunk);
    if (failureReport === "yes") this.#unansweredBytes += of.bytes;
  }

  /** With "partial" silence is consent. RFC 4975 §5.3 */
  #late(chunk: Unanswered): void {
    this.#settle(chunk);
    const { message } = chunk;
    if (message.failureReport === "partial") message.settle();
    else message.failThere({ why: "no answer", status: 408, reported: false });
    this.#ports.wake();
  }

  #settle(chunk: Unanswered): void {
    chunk.cancel();
    this.#unanswered.delete(chunk.transactionId);
    chunk.message.unanswered.delete(chunk);
    if (chunk.message.failureReport === "yes") this.#unansweredBytes -= chunk.bytes;
  }

  #linger(message: Outgoing): void {
    message.place = this.#awaitingReports.add(message);
    if (this.#awaitingReports.size > this.#limits.awaitedReports) {
      this.#awaitingReports.first?.giveWay();
    }
  }

  #forget(message: Outgoing): void {
    this.#messages.delete(message.messageId);
    if (message.place !== undefined) this.#awaitingReports.remove(message.place);
    for (const chunk of message.unanswered) this.#settle(chunk);
    for (const queue of [this.#small, this.#open, this.#large]) {
      const at = queue.indexOf(message);
      if (at !== -1) queue.splice(at, 1);
    }
    if (message.aborting) this.#aborting.push(message);
  }
}

/** Content-Type stands last. RFC 4975 §7.1 */
function headersOf(message: Outgoing, offset: number, bytes: number | undefined): HeaderParts {
  const { sizeBytes } = message;
  const { successReport, failureReport, contentType, headers = [] } = message.message;
  const interruptible = bytes === undefined || bytes > UNINTERRUPTED_BYTES;
  const range = {
    start: offset + 1,
    end: interruptible ? undefined : offset + bytes,
    total: sizeBytes,
  };
  return [
    ["Message-ID", message.messageId],
    ["Byte-Range", formatByteRange(range)],
    ...(successReport === true ? [["Success-Report", "yes"] as const] : []),
    ...(failureReport === undefined ? [] : [["Failure-Report", failureReport] as const]),
    ...headers,
    ["Content-Type", contentType],
  ];
}
