/** All MSRP connections of a program: taken, opened, shared by sessions, and ended. RFC 4975 §5.4 */
import { type Cancel, type Clock, type Random, Wheel } from "@parlance/wire";
import { type FrameFault, MsrpWriter } from "../frame/index.ts";
import type { DialFailure, DialTarget, MsrpConnection, MsrpDialer } from "../ports.ts";
import { SessionDirectory } from "./directory.ts";
import { type LineLimits, lineLimits } from "./limits.ts";
import { type Line, type LineTarget, MsrpLine } from "./line.ts";

export interface EndpointPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly dialer: MsrpDialer;
  /** Told of what could not be read, for counting. */
  readonly malformed?: (connection: MsrpConnection, fault: FrameFault) => void;
}

/** What came of reaching for somebody. */
export type Reached =
  | { readonly ok: true; readonly line: Line }
  | { readonly ok: false; readonly failure: DialFailure };

/** What sessions ask of the program's connections. */
export interface SessionHost {
  readonly wheel: Wheel;
  readonly random: Random;
  readonly writer: MsrpWriter;
  /** Frames that name `sessionId` go to `target`. Throws `RangeError` when it is taken. */
  add(sessionId: string, target: LineTarget): void;
  remove(sessionId: string): void;
  /** A connection to there: one that is open already, or a new one. Told later, never from within the call. */
  reach(target: DialTarget, done: (reached: Reached) => void): Cancel;
}

const SESSION_BITS = 128; // RFC 4975 §14.1 wants 80

/** What `MsrpSession` and its like speak through. A server with a switch of its own has its own. */
export class MsrpEndpoint implements SessionHost {
  readonly wheel: Wheel;
  readonly random: Random;
  readonly writer = new MsrpWriter();
  readonly #ports: EndpointPorts;
  readonly #limits: LineLimits;
  readonly #directory = new SessionDirectory();
  readonly #lines = new Set<MsrpLine>();
  /** Those that we have opened, by where they lead: sessions with the same peer share one. */
  readonly #opened = new Map<string, MsrpLine>();
  #stopped = false;

  constructor(ports: EndpointPorts, limits: LineLimits = lineLimits) {
    this.#ports = ports;
    this.#limits = limits;
    this.wheel = new Wheel(ports.clock);
    this.random = ports.random;
  }

  /** Connections that are open. */
  get lines(): number {
    return this.#lines.size;
  }

  /** For adapters: somebody has connected to us. */
  taken(connection: MsrpConnection): void {
    if (this.#stopped) connection.close();
    else this.#take(connection);
  }

  /** One that nobody can guess. RFC 4975 §14.1 */
  newSessionId(): string {
    return this.random.token(SESSION_BITS);
  }

  add(sessionId: string, target: LineTarget): void {
    this.#directory.add(sessionId, target);
  }

  remove(sessionId: string): void {
    this.#directory.remove(sessionId);
  }

  reach(target: DialTarget, done: (reached: Reached) => void): Cancel {
    const key = keyOf(target);
    const known = this.#opened.get(key);
    if (known !== undefined) {
      return this.wheel.after(0, () => {
        if (known.open) done({ ok: true, line: known });
        else done({ ok: false, failure: { why: "no answer", detail: "closed meanwhile" } });
      });
    }
    return this.#ports.dialer.dial(target, (outcome) => {
      if (!outcome.ok) return done(outcome);
      if (this.#stopped) return outcome.connection.close();
      const line = this.#take(outcome.connection);
      if (!this.#opened.has(key)) this.#opened.set(key, line);
      done({ ok: true, line });
    });
  }

  /** Ends every connection; sessions hear of it as of any lost one, so close them before. */
  stop(): void {
    this.#stopped = true;
    for (const line of this.#lines) line.close();
    this.wheel.stop(); // a wake-up that nobody needs would keep the program alive
  }

  #take(connection: MsrpConnection): MsrpLine {
    const line = new MsrpLine(connection, {
      limits: this.#limits,
      wheel: this.wheel,
      find: (toPath) => this.#directory.find(toPath),
      malformed: (of, fault) => this.#ports.malformed?.(of.connection, fault),
      forget: () => this.#forget(line),
    });
    this.#lines.add(line);
    return line;
  }

  #forget(line: MsrpLine): void {
    this.#lines.delete(line);
    for (const [key, opened] of this.#opened) if (opened === line) this.#opened.delete(key);
  }
}

/** Connections are shared only where the very same was asked of both. RFC 4975 §5.4 */
function keyOf(target: DialTarget): string {
  return JSON.stringify(target);
}
