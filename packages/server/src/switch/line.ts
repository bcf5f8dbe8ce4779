/** One MSRP connection: octets to frames, frames to the legs that they name. RFC 4975 §5.4, §7.3 */
import {
  answerTo,
  type Flag,
  type FrameFault,
  type FrameSink,
  frameLimits,
  type MsrpConnection,
  type MsrpFrame,
  MsrpFramer,
  type MsrpRequest,
  parseMsrp,
} from "@parlance/msrp";
import type { LineWatch, MediaLine, MediaTarget, StreamedSend } from "../ports/index.ts";
import type { SwitchLimits } from "./limits.ts";

/** What all lines share. */
export interface LineHost {
  readonly limits: SwitchLimits;
  now(): number;
  /** Who has this address; undefined for nobody. */
  find(toPath: string): MediaTarget | undefined;
  forget(line: Line): void;
  malformed(line: Line, fault: FrameFault): void;
}

/** What is longer passes in the pieces in which it is read: to gather it would cost more than to send it on. */
const FRAMES = { ...frameLimits, wholeFrameBytes: 16_384 };

export class Line implements FrameSink, MediaLine {
  readonly connection: MsrpConnection;
  readonly #host: LineHost;
  readonly #framer: MsrpFramer;
  readonly #bound = new Set<LineWatch>();
  /** Whom this connection must not be read for, lest they be flooded. */
  readonly #holders = new Set<object>();
  readonly #drained = new Set<() => void>();
  #streamed: StreamedSend | undefined;
  #open = true;
  #heardAt: number;
  /** Since when nobody is bound to it. */
  #unboundAt: number;

  constructor(connection: MsrpConnection, host: LineHost) {
    this.connection = connection;
    this.#host = host;
    this.#heardAt = host.now();
    this.#unboundAt = this.#heardAt;
    this.#framer = new MsrpFramer(this, FRAMES);
    const web = connection.transport === "ws" || connection.transport === "wss";
    connection.attach({
      received: web ? (bytes) => this.#message(bytes) : (bytes) => this.#octets(bytes),
      drained: () => this.#tellDrained(),
      closed: (reason) => this.#closed(reason),
    });
  }

  get open(): boolean {
    return this.#open;
  }

  /** More waits here than should. */
  get full(): boolean {
    return this.connection.backlogBytes > this.#host.limits.backlogBytes;
  }

  write(bytes: Uint8Array): void {
    if (this.#open) this.connection.write(bytes);
  }

  bind(watch: LineWatch): void {
    this.#bound.add(watch);
  }

  release(watch: LineWatch): void {
    this.#bound.delete(watch);
    this.letGo(watch);
    if (this.#bound.size === 0) this.#unboundAt = this.#host.now();
  }

  /** Is not read until the holder lets go. */
  hold(holder: object): void {
    this.#holders.add(holder);
    if (this.#holders.size === 1) this.connection.pause();
  }

  letGo(holder: object): void {
    if (!this.#holders.delete(holder) || this.#holders.size > 0) return;
    this.#heardAt = this.#host.now(); // the silence was ours
    this.connection.resume();
  }

  /** Calls back once, when what waits here has gone. */
  onDrained(run: () => void): void {
    this.#drained.add(run);
  }

  close(): void {
    this.connection.close();
  }

  /** Ends it when its time is over. */
  look(now: number): void {
    const { unboundMs, gapMs } = this.#host.limits;
    if (this.#holders.size > 0) return;
    if (this.#bound.size === 0 && now - this.#unboundAt > unboundMs) return this.close();
    if (this.#framer.lacks !== "nothing" && now - this.#heardAt > gapMs) this.close();
  }

  frame(frame: MsrpFrame): void {
    const target = this.#host.find(frame.toPath);
    if (target !== undefined) return target.frame(frame, this);
    this.#noSession(frame);
  }

  head(request: MsrpRequest): void {
    const target = this.#host.find(request.toPath);
    this.#streamed = target?.begin(request, this);
    if (target === undefined) this.#noSession(request);
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
    this.#heardAt = this.#host.now();
    this.#framer.push(bytes);
  }

  #message(bytes: Uint8Array): void {
    this.#heardAt = this.#host.now();
    const read = parseMsrp(bytes);
    if (read.ok) this.frame(read.value);
    else this.broken(read.error);
  }

  /** RFC 4975 §7.3: neither reports nor responses are answered. */
  #noSession(frame: MsrpFrame): void {
    if (frame.kind === "request" && frame.method !== "REPORT") this.write(answerTo(frame, 481));
  }

  #tellDrained(): void {
    if (this.#drained.size === 0) return;
    const waiting = [...this.#drained];
    this.#drained.clear();
    for (const run of waiting) run();
  }

  #closed(reason: string): void {
    this.#open = false;
    this.#framer.close();
    const streamed = this.#streamed;
    this.#streamed = undefined;
    streamed?.broken();
    this.#host.forget(this);
    for (const watch of this.#bound) watch.lineClosed(this, reason);
    this.#bound.clear();
    this.#tellDrained();
  }
}
