/** A connection whose frames somebody wants to see, both ways. RFC 4975 §5.4 */
import {
  type FrameLimits,
  type FrameSink,
  frameLimits,
  type MsrpFrame,
  MsrpFramer,
} from "../frame/index.ts";
import type { MsrpConnection, MsrpConnectionEvents } from "../ports.ts";

export interface FrameWatch {
  /** Nobody looks: nothing is read a second time. May change while the connection is open. */
  readonly on: boolean;
  /**
   * A frame that is whole, or the head of a SEND too large to be held. Its octets are views of what passes;
   * what it throws reaches whoever writes or reads.
   */
  frame(direction: "in" | "out", frame: MsrpFrame, connection: MsrpConnection): void;
}

const BEGIN = [0x4d, 0x53, 0x52, 0x50, 0x20]; // "MSRP "

/** Reads what passes a second time, and only while somebody looks. */
export class WatchedConnection implements MsrpConnection {
  readonly id: MsrpConnection["id"];
  readonly transport: MsrpConnection["transport"];
  readonly local: MsrpConnection["local"];
  readonly remote: MsrpConnection["remote"];
  readonly peer: MsrpConnection["peer"];
  readonly listener: MsrpConnection["listener"];
  readonly #connection: MsrpConnection;
  readonly #watch: FrameWatch;
  readonly #in: Side;
  readonly #out: Side;

  constructor(connection: MsrpConnection, watch: FrameWatch, limits: FrameLimits = frameLimits) {
    this.id = connection.id;
    this.transport = connection.transport;
    this.local = connection.local;
    this.remote = connection.remote;
    this.peer = connection.peer;
    this.listener = connection.listener;
    this.#connection = connection;
    this.#watch = watch;
    this.#in = new Side((frame) => watch.frame("in", frame, this), limits);
    this.#out = new Side((frame) => watch.frame("out", frame, this), limits);
  }

  get backlogBytes(): number {
    return this.#connection.backlogBytes;
  }

  attach(events: MsrpConnectionEvents): void {
    this.#connection.attach({
      received: (bytes) => {
        if (this.#watch.on) this.#in.push(bytes);
        else this.#in.rest();
        events.received(bytes);
      },
      drained: () => events.drained(),
      closed: (reason) => events.closed(reason),
    });
  }

  write(bytes: Uint8Array): void {
    if (this.#watch.on) this.#out.push(bytes);
    else this.#out.rest();
    this.#connection.write(bytes);
  }

  pause(): void {
    this.#connection.pause();
  }

  resume(): void {
    this.#connection.resume();
  }

  close(): void {
    this.#connection.close();
  }
}

/** One direction. Whoever begins to look in the middle sees the first frame that begins a piece. */
class Side {
  readonly #sink: FrameSink;
  readonly #limits: FrameLimits;
  #framer: MsrpFramer | undefined;

  constructor(tell: (frame: MsrpFrame) => void, limits: FrameLimits) {
    this.#limits = limits;
    // What cannot be read ends the connection, and whoever speaks over it says why.
    this.#sink = { frame: tell, head: tell, body() {}, end() {}, broken: () => this.rest() };
  }

  push(bytes: Uint8Array): void {
    if (this.#framer === undefined && !BEGIN.every((octet, at) => bytes[at] === octet)) return;
    this.#framer ??= new MsrpFramer(this.#sink, this.#limits);
    this.#framer.push(bytes);
  }

  rest(): void {
    this.#framer = undefined;
  }
}
