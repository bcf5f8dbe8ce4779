/** One connection: octets to frames, frames to whom they name, and several who share it. RFC 4975 §5.4, §7.3 */
import type { Cancel, Wheel } from "@parlance/wire";
import type { StreamedChunk } from "../chunk/index.ts";
import {
  answerTo,
  type Flag,
  type FrameFault,
  type FrameLimits,
  type FrameSink,
  isAnswered,
  type MsrpFrame,
  MsrpFramer,
  type MsrpRequest,
  parseMsrp,
} from "../frame/index.ts";
import type { MsrpConnection } from "../ports.ts";
import type { LineLimits } from "./limits.ts";

/** A connection as those see it who speak over it. */
export interface Line {
  readonly connection: MsrpConnection;
  readonly open: boolean;
  /** More waits to leave than should: what can wait, waits. */
  readonly full: boolean;
  write(bytes: Uint8Array): void;
  /** The connection is ours too: we hear when it ends, and it is kept as long as somebody has it. */
  bind(watch: LineWatch): void;
  release(watch: LineWatch): void;
  /** Nothing is read until each holder has let go. */
  hold(holder: object): void;
  letGo(holder: object): void;
  /**
   * Lets `write` write when there is room and it is its turn: within the call if nobody waits, else after all
   * who do. It writes a fair share, and says whether it has more, for which it gets another turn. A connection
   * that has ended gives a last turn to all who wait, so that nobody waits for ever.
   */
  takeTurn(write: () => boolean): void;
  close(): void;
}

/** Whoever stays with a connection. */
export interface LineWatch {
  /** The connection that we were bound to is gone. */
  lineClosed(line: Line, reason: string): void;
}

/** Who has an address here. */
export interface LineTarget {
  /** A whole frame that names us in its To-Path. */
  frame(frame: MsrpFrame, line: Line): void;
  /** A SEND in pieces: its head, at least one piece, its end or `broken`. Undefined when it was refused. */
  begin(head: MsrpRequest, line: Line): StreamedChunk | undefined;
}

/** What all lines of an endpoint share. */
export interface LineHost {
  readonly limits: LineLimits;
  /** Of the frames that are read whole; the usual ones by default. */
  readonly frames?: FrameLimits | undefined;
  readonly wheel: Wheel;
  /** Who has this address; undefined for nobody. */
  find(toPath: string): LineTarget | undefined;
  /** Of what could not be read, and of who is closed for it. For counting. */
  malformed(line: Line, fault: FrameFault): void;
  forget(line: Line): void;
}

export class MsrpLine implements Line, FrameSink {
  readonly connection: MsrpConnection;
  readonly #host: LineHost;
  readonly #framer: MsrpFramer;
  readonly #bound = new Set<LineWatch>();
  readonly #holders = new Set<object>();
  /** Who has something to write, in the order of their turns. */
  readonly #turns = new Set<() => boolean>();
  #streamed: StreamedChunk | undefined;
  #open = true;
  #heardAt: number;
  #unknownSessions = 0;
  #idle: Cancel | undefined;
  #gap: Cancel | undefined;
  #next: Cancel | undefined;

  constructor(connection: MsrpConnection, host: LineHost) {
    this.connection = connection;
    this.#host = host;
    this.#heardAt = host.wheel.now();
    this.#framer = new MsrpFramer(this, host.frames);
    this.#closeAfter(host.limits.unboundMs);
    const { transport } = connection;
    const framed = transport === "ws" || transport === "wss";
    connection.attach({
      received: framed ? (bytes) => this.#message(bytes) : (bytes) => this.#octets(bytes),
      drained: () => this.#giveTurns(),
      closed: (reason) => this.#closed(reason),
    });
  }

  get open(): boolean {
    return this.#open;
  }

  get full(): boolean {
    return this.connection.backlogBytes > this.#host.limits.backlogBytes;
  }

  write(bytes: Uint8Array): void {
    if (this.#open) this.connection.write(bytes);
  }

  bind(watch: LineWatch): void {
    this.#bound.add(watch);
    this.#idle?.();
    this.#idle = undefined;
  }

  release(watch: LineWatch): void {
    this.letGo(watch);
    if (!this.#bound.delete(watch) || this.#bound.size > 0) return;
    this.#closeAfter(this.#host.limits.releasedMs);
  }

  hold(holder: object): void {
    this.#holders.add(holder);
    if (this.#holders.size === 1) this.connection.pause();
  }

  letGo(holder: object): void {
    if (!this.#holders.delete(holder) || this.#holders.size > 0) return;
    this.#heardAt = this.#host.wheel.now(); // the silence was ours
    this.connection.resume();
  }

  takeTurn(write: () => boolean): void {
    this.#turns.add(write);
    if (this.#open) this.#giveTurns();
    else this.#giveLastTurns();
  }

  close(): void {
    this.connection.close();
  }

  frame(frame: MsrpFrame): void {
    const target = this.#host.find(frame.toPath);
    if (target !== undefined) return target.frame(frame, this);
    this.#nobody(frame);
  }

  head(request: MsrpRequest): void {
    const target = this.#host.find(request.toPath);
    if (target === undefined) this.#nobody(request);
    else this.#streamed = target.begin(request, this);
  }

  body(piece: Uint8Array): void {
    this.#streamed?.piece(piece);
  }

  end(flag: Flag): void {
    const streamed = this.#streamed;
    this.#streamed = undefined;
    streamed?.end(flag);
  }

  broken(fault: FrameFault): void {
    this.#host.malformed(this, fault);
    if (fault.answer !== undefined) this.write(fault.answer);
    this.close();
  }

  #octets(bytes: Uint8Array): void {
    this.#heardAt = this.#host.wheel.now();
    this.#framer.push(bytes);
    if (this.#framer.lacks !== "nothing") this.#watchGap(this.#host.limits.gapMs);
  }

  #message(bytes: Uint8Array): void {
    const read = parseMsrp(bytes);
    if (read.ok) this.frame(read.value);
    else this.broken(read.error);
  }

  /** RFC 4975 §7.3. Who goes on guessing is not listened to any longer. */
  #nobody(frame: MsrpFrame): void {
    if (frame.kind === "response") return;
    if (isAnswered(frame, 481)) this.write(answerTo(frame, 481));
    this.#unknownSessions += 1;
    if (this.#unknownSessions < this.#host.limits.unknownSessions) return;
    this.#framer.close();
    this.close();
  }

  #closeAfter(delayMs: number): void {
    this.#idle = this.#host.wheel.after(delayMs, () => this.close());
  }

  /** One timer for all frames that have begun. */
  #watchGap(delayMs: number): void {
    this.#gap ??= this.#host.wheel.after(delayMs, () => {
      this.#gap = undefined;
      if (this.#framer.lacks === "nothing") return;
      const { gapMs } = this.#host.limits;
      const silentMs = this.#holders.size > 0 ? 0 : this.#host.wheel.now() - this.#heardAt;
      if (silentMs >= gapMs) this.close();
      else this.#watchGap(gapMs - silentMs);
    });
  }

  #giveTurns(): void {
    let turns = this.#turns.size;
    for (const write of this.#turns) {
      if (this.full) return; // goes on when it has drained
      this.#turns.delete(write);
      if (write()) this.#turns.add(write);
      turns -= 1;
      if (turns === 0) break; // those that come behind have had theirs
    }
    if (this.#turns.size === 0 || this.connection.backlogBytes > 0) return;
    // Nothing waits to leave that could tell when it has left.
    this.#next ??= this.#host.wheel.after(0, () => {
      this.#next = undefined;
      this.#giveTurns();
    });
  }

  #giveLastTurns(): void {
    const waiting = [...this.#turns];
    this.#turns.clear();
    for (const write of waiting) write();
  }

  #closed(reason: string): void {
    if (!this.#open) return;
    this.#open = false;
    this.#framer.close();
    this.#idle?.();
    this.#gap?.();
    this.#next?.();
    const streamed = this.#streamed;
    this.#streamed = undefined;
    streamed?.broken();
    this.#host.forget(this);
    const bound = [...this.#bound];
    this.#bound.clear();
    for (const watch of bound) watch.lineClosed(this, reason);
    this.#giveLastTurns();
  }
}
