/** Lets somebody see the frames of MSRP that go over the connections of a client. RFC 4975 §5.4 */
import {
  type DialOutcome,
  type DialTarget,
  type FrameWatch,
  type MsrpDialer,
  WatchedConnection,
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
  readonly #watch: FrameWatch;

  constructor(dialer: MsrpDialer, ports: TracePorts) {
    this.#dialer = dialer;
    this.#watch = watchFor(ports);
  }

  dial(target: DialTarget, done: (outcome: DialOutcome) => void): Cancel {
    return this.#dialer.dial(target, (outcome) => {
      if (!outcome.ok) return done(outcome);
      done({ ok: true, connection: new WatchedConnection(outcome.connection, this.#watch) });
    });
  }
}

function watchFor({ clock, trace, report }: TracePorts): FrameWatch {
  return {
    on: true,
    frame(direction, frame, connection) {
      try {
        trace({ protocol: "msrp", direction, at: clock.now(), frame, connection });
      } catch (error) {
        report(error);
      }
    },
  };
}
