/** The MSRP switch: connections come in, legs have addresses, bridges join them. IM-7.2.3-04 */
import {
  type DialTarget,
  type FrameFault,
  type FrameLimits,
  type FrameWatch,
  firstUri,
  frameLimits,
  type Line,
  type MsrpConnection,
  type MsrpDialer,
  MsrpLine,
  MsrpWriter,
  makeMsrpUri,
  newIdent,
  sessionIdOf,
  WatchedConnection,
} from "@parlance/msrp";
import { type Cancel, Chain, type Clock, Lookup, type Random, Wheel } from "@parlance/wire";
import type {
  BridgeListener,
  LegFailure,
  Log,
  MediaEndUser,
  MediaLine,
  MediaLines,
  MediaRules,
  MediaSwitch,
  MediaTarget,
  Metrics,
  SecurityWatch,
  Side,
  Towards,
} from "../ports/index.ts";
import { Bridge } from "./bridge.ts";
import { Leg, type LegOwner } from "./leg.ts";
import type { SwitchLimits } from "./limits.ts";
import { type Place, Places } from "./place.ts";
import { ServerEnd } from "./server-end.ts";

export interface SwitchPorts {
  /** What devices outside have to use instead of the address of a listener. */
  readonly publicHost?: string | undefined;
  readonly dialer: MsrpDialer;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly security: SecurityWatch;
  /** Sees the frames of every connection. */
  readonly frames?: FrameWatch | undefined;
}

const LOOK_MS = 1_000;
const SESSION_BITS = 128; // security rule 16
/** What is longer passes in the pieces in which it is read: to gather it would cost more than to send it on. */
const FRAMES: FrameLimits = { ...frameLimits, wholeFrameBytes: 16_384 };

export class Switch implements MediaSwitch, MediaLines {
  readonly places: Places;
  readonly #ports: SwitchPorts;
  readonly #limits: SwitchLimits;
  readonly #writer = new MsrpWriter();
  readonly #wheel: Wheel;
  readonly #lines = new Chain<MsrpLine>();
  /** By the session id of their address. */
  readonly #targets = new Lookup<MediaTarget>();
  #entrance: MediaTarget | undefined;
  readonly #legs = new Chain<Leg>();
  #looking: Cancel | undefined;
  #stopped = false;

  constructor(limits: SwitchLimits, ports: SwitchPorts) {
    this.#limits = limits;
    this.#ports = ports;
    this.#wheel = new Wheel(ports.clock);
    this.places = new Places(ports.publicHost);
    const { metrics } = ports;
    metrics.gauge("msrp_connections", "MSRP connections", () => this.#lines.size);
    metrics.gauge("msrp_legs", "Legs of MSRP sessions", () => this.#legs.size);
  }

  /** For the adapters: somebody has connected. */
  taken(connection: MsrpConnection): void {
    if (this.#stopped) return connection.close();
    this.#open(connection);
  }

  bridge(
    near: Towards,
    rules: Readonly<Record<Side, MediaRules>>,
    failed: (side: Side, reason: LegFailure) => void,
    listener?: BridgeListener,
  ): Bridge | undefined {
    const place = this.places.towards(near);
    if (place === undefined) return undefined;
    return new Bridge(place, rules, {
      limits: this.#limits,
      newId: () => this.#newId(),
      now: () => this.#ports.clock.now(),
      makeLeg: (at, owner) => this.leg(at, owner),
      placeTowards: (towards) => this.places.towards(towards),
      failed,
      listener,
    });
  }

  end(towards: Towards, rules: MediaRules, user: MediaEndUser): ServerEnd | undefined {
    const place = this.places.towards(towards);
    if (place === undefined) return undefined;
    return new ServerEnd(user, rules, {
      limits: this.#limits,
      wheel: this.#wheel,
      random: this.#ports.random,
      writer: this.#writer,
      makeLeg: (owner) => this.leg(place, owner),
    });
  }

  leg(at: Place, owner: LegOwner): Leg {
    const sessionId = this.#ports.random.token(SESSION_BITS);
    const uri = uriAt(at, sessionId);
    const leg = new Leg(uri, owner, {
      limits: this.#limits,
      writer: this.#writer,
      now: () => this.#ports.clock.now(),
      newId: () => this.#newId(),
      dial: (target, done) => this.dial(target, done),
      forget: () => {
        this.#legs.remove(link);
        this.#targets.leave(place);
      },
    });
    const link = this.#legs.add(leg);
    const place = this.#targets.add(sessionId, leg);
    this.#look();
    return leg;
  }

  uriOf(sessionId: string, { connection }: MediaLine): string | undefined {
    const { transport, local } = connection;
    const place = this.places.accepting(transport, local);
    return place && uriAt(place, sessionId);
  }

  holds(uri: string): boolean {
    const sessionId = sessionIdOf(uri);
    return sessionId !== undefined && this.#targets.get(sessionId) !== undefined;
  }

  host(sessionId: string, target: MediaTarget): Cancel {
    this.#targets.set(sessionId, target);
    return () => this.#targets.delete(sessionId);
  }

  entrance(target: MediaTarget): void {
    this.#entrance = target;
  }

  dial(target: DialTarget, done: (line: Line | undefined) => void): Cancel {
    return this.#ports.dialer.dial(target, (outcome) => {
      if (outcome.ok) return done(this.#open(outcome.connection));
      const { why, detail } = outcome.failure;
      this.#ports.log.info("no MSRP connection", { why, detail });
      done(undefined);
    });
  }

  /** Ends every connection. */
  stop(): void {
    this.#stopped = true;
    this.#looking?.();
    for (const leg of this.#legs) leg.close();
    for (const line of this.#lines) line.close();
    this.#wheel.stop();
  }

  #open(taken: MsrpConnection): Line {
    const { frames } = this.#ports;
    const connection = frames === undefined ? taken : new WatchedConnection(taken, frames, FRAMES);
    const line: MsrpLine = new MsrpLine(connection, {
      limits: this.#limits,
      frames: FRAMES,
      wheel: this.#wheel,
      find: (toPath) => this.#find(toPath),
      forget: () => this.#lines.remove(link),
      malformed: (at, fault) => this.#malformed(at, fault),
    });
    const link = this.#lines.add(line);
    return line;
  }

  /** The session id is enough: hosts are rewritten on the way, and it cannot be guessed. RFC 6714 §5 */
  #find(toPath: string): MediaTarget | undefined {
    const sessionId = sessionIdOf(firstUri(toPath));
    return sessionId === undefined ? this.#entrance : this.#targets.get(sessionId);
  }

  #malformed({ connection }: Line, { limit }: FrameFault): void {
    const what = limit === undefined ? "malformed MSRP" : `limit: ${limit}`;
    this.#ports.security.report(what, connection.remote.host, { transport: connection.transport });
  }

  #newId(): string {
    return newIdent(this.#ports.random);
  }

  /** One timer for all: a message costs none. */
  #look(): void {
    this.#looking ??= this.#ports.clock.schedule(LOOK_MS, () => {
      this.#looking = undefined;
      if (this.#stopped) return;
      const now = this.#ports.clock.now();
      for (const leg of this.#legs) leg.look(now);
      if (this.#legs.size > 0) this.#look();
    });
  }
}

function uriAt({ secure, host, port, transport }: Place, sessionId: string): string {
  return makeMsrpUri({ scheme: secure ? "msrps" : "msrp", host, port, sessionId, transport }).text;
}
