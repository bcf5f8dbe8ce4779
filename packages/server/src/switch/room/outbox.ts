/** What is on its way to one device: what waits, what was written and is not answered. Clause 8.3, 8.7; RFC 7701 §6.4 */
import type { Line, MsrpResponse, PathLines } from "@parlance/msrp";
import { Traffic } from "../traffic.ts";
import type { RoomLimits } from "./limits.ts";
import type { Memory } from "./memory.ts";
import type { Carried, Due } from "./model.ts";
import { Queue } from "./queue.ts";
import type { Turn, Writer } from "./turn.ts";

export interface OutboxPorts {
  readonly limits: RoomLimits;
  readonly turn: Turn;
  readonly memory: Memory;
  /** Ends the transaction ids of this device. */
  readonly mark: Uint8Array;
  now(): number;
  /** The connection of the device, when there is one. */
  line(): Line | undefined;
  paths(): PathLines;
  /** One of them has ended: 200, or why not. */
  settled(due: Due, status: number): void;
  /** Everything has been written. */
  emptied(): void;
}

/** How much is written before others on the connection have their turn; as much may wait in it. */
const TURN_BYTES = 65_536;

/** What was written at once, and how much of it is not answered. */
interface Batch {
  readonly at: number;
  left: number;
}

export class Outbox implements Writer {
  readonly #ports: OutboxPorts;
  readonly #waiting = new Queue<Due>();
  readonly #streams = new Queue<Due>();
  readonly #flying = new Queue<Due>();
  readonly #batches = new Queue<Batch>();
  #waitingBytes = 0;
  #streamBytes = 0;
  /** What was written to the device. */
  readonly went = new Traffic();
  #waking = false;
  readonly #relief = new Set<() => void>();
  readonly #write = (): boolean => this.#writeTurn();

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
  }

  /** Nothing waits, and nothing is unanswered. */
  get empty(): boolean {
    return this.#waiting.length + this.#streams.length + this.#flying.length === 0;
  }

  /** What was not written, or not answered. */
  get waiting(): { readonly frames: number; readonly bytes: number } {
    const frames = this.#waiting.length + this.#streams.length + this.#flying.length;
    return { frames, bytes: this.#waitingBytes + this.#streamBytes };
  }

  /** Everything has been written. */
  get idle(): boolean {
    return this.#waiting.length + this.#streams.length === 0;
  }

  /** So much of messages in pieces waits that whoever sends them need not hurry. */
  get congested(): boolean {
    return this.#streamBytes > this.#ports.limits.streamBytes / 4;
  }

  /** The place in the log of the first message that is not settled; undefined when all are. */
  get unsettled(): number | undefined {
    let first: number | undefined;
    const look = ({ of: { sequence } }: Due): void => {
      if (sequence > 0 && (first === undefined || sequence < first)) first = sequence;
    };
    for (const due of this.#flying) look(due);
    for (const due of this.#waiting) look(due);
    for (const due of this.#streams) look(due);
    return first;
  }

  /** False: there is no room for it. */
  post(due: Due): boolean {
    const { queueMessages, queueBytes } = this.#ports.limits;
    const { bytes } = due.parcel;
    const full = this.#waitingBytes + bytes > queueBytes && this.#waiting.length > 0;
    if (full || this.#waiting.length >= queueMessages) return false;
    this.#waiting.push(due);
    this.#waitingBytes += bytes;
    this.wake();
    return true;
  }

  /** Pieces of a large message, which give way to small ones. False: there is no room for them. */
  postPieces(pieces: readonly Due[]): boolean {
    const bytes = sumOf(pieces);
    const full = this.#streamBytes + bytes > this.#ports.limits.streamBytes;
    if (full && this.#streams.length > 0) return false;
    for (const piece of pieces) this.#streams.push(piece);
    this.#streamBytes += bytes;
    this.wake();
    return true;
  }

  /** Takes back what was not written of a message in pieces. */
  takeBack(message: Carried): void {
    this.#streams.filter(({ of }) => of !== message);
    this.#streamBytes = sumOf(this.#streams);
    this.#tellRelief();
  }

  /** What is in the log waits in the order of the log; not so when something was brought again behind what came after it. */
  get inOrder(): boolean {
    let before = 0;
    for (const { of } of this.#waiting) {
      if (of.sequence > 0 && of.sequence < before) return false;
      before = Math.max(before, of.sequence);
    }
    return true;
  }

  /** Takes back what waits and is in the log: it is read there, in its order. */
  takeBackKept(): readonly Due[] {
    const kept = [...this.#waiting].filter(({ of }) => of.sequence > 0);
    this.#waiting.filter(({ of }) => of.sequence === 0);
    this.#waitingBytes = sumOf(this.#waiting);
    return kept;
  }

  /** Calls back once, when less of messages in pieces waits. */
  onRelief(run: () => void): void {
    this.#relief.add(run);
  }

  wake(): void {
    if (this.#waking || this.#ports.line() === undefined) return;
    this.#waking = true;
    this.#ports.turn.add(this);
  }

  write(): void {
    this.#waking = false;
    this.#ports.line()?.takeTurn(this.#write);
  }

  /** A response came, to something that was written. */
  answered(response: MsrpResponse): void {
    const due = this.#flying.take(({ parcel }) => parcel.isAnsweredBy(response));
    if (due === undefined) return; // to something that was given up
    this.#oneLess();
    this.#ports.settled(due, response.status);
    if (!this.idle) this.wake();
  }

  /** The connection is gone: what was not answered goes again when there is one. The device knows it by its id. */
  lost(): void {
    const unanswered = [...this.#flying];
    this.#flying.clear();
    this.#batches.clear();
    this.#waiting.unshift(unanswered);
    this.#waitingBytes = sumOf(this.#waiting);
  }

  /** Gives up what has waited too long for its answer. */
  look(now: number): void {
    for (let { first } = this.#batches; first !== undefined; { first } = this.#batches) {
      if (now - first.at <= this.#ports.limits.answerMs) break;
      const late = this.#flying.shift();
      this.#oneLess();
      if (late !== undefined) this.#ports.settled(late, 408);
    }
    if (!this.idle) this.wake();
  }

  /** It is over: nothing of it will be answered. */
  close(status: number): void {
    const left = [...this.#flying, ...this.#waiting, ...this.#streams];
    this.#flying.clear();
    this.#batches.clear();
    this.#waiting.clear();
    this.#streams.clear();
    this.#waitingBytes = 0;
    this.#streamBytes = 0;
    for (const due of left) this.#ports.settled(due, status);
    this.#tellRelief();
  }

  /** Whether there is more to write. */
  #writeTurn(): boolean {
    const line = this.#ports.line();
    if (line === undefined) return false;
    // What the device does not take waits here, where it costs a reference, and not there.
    if (line.connection.backlogBytes >= TURN_BYTES) return this.#mayWrite;
    const batch = this.#nextBatch();
    if (batch.length > 0) this.#writeBatch(batch, line);
    if (this.idle) this.#ports.emptied();
    return this.#mayWrite;
  }

  get #mayWrite(): boolean {
    const { unanswered } = this.#ports.limits;
    return !this.idle && this.#flying.length < unanswered;
  }

  #nextBatch(): readonly Due[] {
    const batch: Due[] = [];
    const before = this.#flying.length;
    for (let bytes = 0; bytes < TURN_BYTES && this.#mayWrite; ) {
      const due = this.#next();
      if (due === undefined) break;
      batch.push(due);
      bytes += due.parcel.bytes;
      this.went.add(due.parcel.bytes);
      if (due.parcel.answered) this.#flying.push(due);
      else this.#ports.settled(due, 200);
    }
    const left = this.#flying.length - before;
    if (left > 0) this.#batches.push({ at: this.#ports.now(), left });
    return batch;
  }

  /** Devices answer in order: what is over belongs to the oldest batch, or it makes no difference. */
  #oneLess(): void {
    const { first } = this.#batches;
    if (first === undefined) return;
    first.left -= 1;
    if (first.left <= 0) this.#batches.shift();
  }

  #next(): Due | undefined {
    const due = this.#waiting.shift();
    if (due !== undefined) {
      this.#waitingBytes -= due.parcel.bytes;
      return due;
    }
    const piece = this.#streams.shift();
    if (piece === undefined) return undefined;
    this.#streamBytes -= piece.parcel.bytes;
    this.#tellRelief();
    return piece;
  }

  /** All in one piece; but a WebSocket message is one frame. RFC 7977 §5.1 */
  #writeBatch(batch: readonly Due[], line: Line): void {
    const { mark, memory } = this.#ports;
    const { bytes: paths } = this.#ports.paths();
    const { transport } = line.connection;
    if (transport === "ws" || transport === "wss") {
      for (const { parcel } of batch) {
        const out = memory.take(parcel.bytes + paths.length);
        parcel.writeInto(out, 0, paths, mark);
        line.write(out);
      }
      return;
    }
    let length = 0;
    for (const { parcel } of batch) length += parcel.bytes + paths.length;
    const out = memory.take(length);
    let at = 0;
    for (const { parcel } of batch) at = parcel.writeInto(out, at, paths, mark);
    line.write(out);
  }

  #tellRelief(): void {
    if (this.#relief.size === 0 || this.congested) return;
    const waiting = [...this.#relief];
    this.#relief.clear();
    for (const run of waiting) run();
  }
}

function sumOf(queue: Iterable<Due>): number {
  let bytes = 0;
  for (const { parcel } of queue) bytes += parcel.bytes;
  return bytes;
}
