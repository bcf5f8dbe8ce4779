/** Lets somebody see the frames of MSRP that go over the connections of a client. RFC 4975 §5.4 */
import {
  type DialOutcome,
  type DialTarget,
  type FrameSink,
  type MsrpConnection,
  type MsrpConnectionEvents,
  type MsrpDialer,
  MsrpFramer,
} from "@parlance/msrp";
import type { Cancel, Clock } from "@parlance/wire";
import type { Trace } from "../../trace.ts";

export interface TracePorts {
  readonly clock: Clock;
  readonly trace: Trace;
  /** Of what the trace throws. */
  readonly report: (error: unknown) => void;
}

export class TracedDialer implements MsrpDialer {
  readonly #dialer: MsrpDialer;
  readonly #ports: TracePorts;

  constructor(dialer: MsrpDialer, ports: TracePorts) {
    this.#dialer = dialer;
    this.#ports = ports;
  }

  dial(target: DialTarget, done: (outcome: DialOutcome) => void): Cancel {
    return this.#dialer.dial(target, (outcome) => {
      if (!outcome.ok) return done(outcome);
      done({ ok: true, connection: new TracedConnection(outcome.connection, this.#ports) });
    });
  }
}

/** Reads what passes a second time: only who wants to see it pays for it. */
class TracedConnection implements MsrpConnection {
  readonly id: MsrpConnection["id"];
  readonly transport: MsrpConnection["transport"];
  readonly local: MsrpConnection["local"];
  readonly remote: MsrpConnection["remote"];
  readonly peer: MsrpConnection["peer"];
  readonly listener: MsrpConnection["listener"];
  readonly #connection: MsrpConnection;
  readonly #out: MsrpFramer;
  readonly #in: MsrpFramer;

  constructor(connection: MsrpConnection, ports: TracePorts) {
    this.id = connection.id;
    this.transport = connection.transport;
    this.local = connection.local;
    this.remote = connection.remote;
    this.peer = connection.peer;
    this.listener = connection.listener;
    this.#connection = connection;
    this.#out = new MsrpFramer(sinkFor("out", this, ports));
    this.#in = new MsrpFramer(sinkFor("in", this, ports));
  }

  get backlogBytes(): number {
    return this.#connection.backlogBytes;
  }

  attach(events: MsrpConnectionEvents): void {
    this.#connection.attach({
      received: (bytes) => {
        this.#in.push(bytes);
        events.received(bytes);
      },
      drained: () => events.drained(),
      closed: (reason) => events.closed(reason),
    });
  }

  write(bytes: Uint8Array): void {
    this.#out.push(bytes);
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

function sinkFor(
  direction: "in" | "out",
  connection: MsrpConnection,
  { clock, trace, report }: TracePorts,
): FrameSink {
  const tell: FrameSink["frame"] = (frame) => {
    try {
      trace({ protocol: "msrp", direction, at: clock.now(), frame, connection });
    } catch (error) {
      report(error);
    }
  };
  // What cannot be read ends the connection, and whoever speaks over it says why.
  return { frame: tell, head: tell, body() {}, end() {}, broken() {} };
}
