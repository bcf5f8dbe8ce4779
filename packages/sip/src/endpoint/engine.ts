/** What the transactions of one endpoint share: timers, plans, flows in use, limits, counts, and the way out. */
import { type Cancel, type Random, Wheel } from "@parlance/wire";
import { type Hop, isReliable } from "../locate/index.ts";
import { Params, type RetryAfterValue, type SipMessage } from "../message/index.ts";
import {
  BASE_TIMING,
  type InviteClient,
  type InviteServer,
  inviteClientOn,
  inviteServerOn,
  MAGIC_COOKIE,
  type NonInviteClient,
  type NonInviteServer,
  nonInviteClientOn,
  nonInviteServerOn,
  type Plan,
} from "../transaction/index.ts";
import { type Counters, newCounters } from "./counters.ts";
import type { Flow, Transports } from "./flow.ts";
import type {
  EndpointEvent,
  EndpointOptions,
  EndpointPorts,
  SentBy,
  TimerTrace,
  Trace,
} from "./ports.ts";
import { StreamlessPlaces } from "./streamless.ts";

export interface Plans {
  readonly inviteClient: Plan<InviteClient>;
  readonly nonInviteClient: Plan<NonInviteClient>;
  readonly inviteServer: Plan<InviteServer>;
  readonly nonInviteServer: Plan<NonInviteServer>;
}

export interface Settings {
  readonly t1: number;
  readonly inviteWaitMs: number;
  readonly connectWaitMs: number;
  readonly retryAfter: RetryAfterValue;
  readonly alias: boolean;
  readonly sentBy: (flow: Flow) => SentBy;
  readonly datagramLimit: (flow: Flow) => number;
}

type Watched = [direction: "in" | "out", message: SipMessage | Uint8Array, flow: Flow];

const BRANCH_BITS = 96;
const TAG_BITS = 96;

export class Engine {
  readonly wheel: Wheel;
  readonly settings: Settings;
  readonly counters: Counters = newCounters();
  readonly streamless = new StreamlessPlaces();
  trace: Trace | undefined;
  timerTrace: TimerTrace | undefined;
  readonly #transports: Transports;
  readonly #random: Random;
  readonly #log: ((event: EndpointEvent) => void) | undefined;
  readonly #reliable: Plans;
  readonly #unreliable: Plans;

  constructor(ports: EndpointPorts, options: EndpointOptions) {
    const timing = options.timing ?? BASE_TIMING;
    this.wheel = new Wheel(ports.clock);
    this.settings = readSettings(options);
    this.#transports = ports.transports;
    this.#random = ports.random;
    this.#log = ports.log;
    this.#reliable = makePlans({ ...timing, reliable: true });
    this.#unreliable = makePlans({ ...timing, reliable: false });
  }

  plansFor({ transport }: Flow): Plans {
    return isReliable(transport) ? this.#reliable : this.#unreliable;
  }

  /** RFC 3261 §8.1.1.7: unique, and here also not to be guessed. */
  newBranch(suffix: string | undefined): string {
    const branch = MAGIC_COOKIE + this.#random.token(BRANCH_BITS);
    return suffix === undefined ? branch : `${branch}.${suffix}`;
  }

  newTag(): string {
    return this.#random.token(TAG_BITS);
  }

  /** What a watcher throws is no affair of what it watches. */
  show(...[direction, message, flow]: Watched): void {
    if (this.trace === undefined) return;
    try {
      this.trace(direction, message, flow, this.wheel.now());
    } catch (error) {
      this.report({ kind: "trace failed", error });
    }
  }

  fired(...told: Parameters<TimerTrace>): void {
    if (this.timerTrace === undefined) return;
    try {
      this.timerTrace(...told);
    } catch (error) {
      this.report({ kind: "trace failed", error });
    }
  }

  send(flow: Flow, bytes: Uint8Array): void {
    this.show("out", bytes, flow);
    this.#transports.send(flow, bytes);
  }

  /** Answers later or at once, once; gives up after the wait for connections. */
  open(hop: Hop, opened: (flow: Flow | undefined) => void): void {
    let open: Flow | Promise<Flow>;
    try {
      open = this.#transports.open(hop);
    } catch {
      return opened(undefined); // An address that cannot be used at all.
    }
    if (!(open instanceof Promise)) return opened(open);
    let waiting = true;
    const settle = (flow: Flow | undefined): void => {
      if (!waiting) return;
      waiting = false;
      giveUp();
      opened(flow);
    };
    const giveUp: Cancel = this.wheel.after(this.settings.connectWaitMs, () => settle(undefined));
    open.then(settle, () => settle(undefined));
  }

  closeFlow(flow: Flow): void {
    this.#transports.close(flow);
  }

  report(event: EndpointEvent): void {
    this.counters.handlerErrors += "error" in event ? 1 : 0;
    this.#log?.(event);
  }
}

function makePlans(timing: Parameters<typeof inviteClientOn>[0]): Plans {
  return {
    inviteClient: inviteClientOn(timing),
    nonInviteClient: nonInviteClientOn(timing),
    inviteServer: inviteServerOn(timing),
    nonInviteServer: nonInviteServerOn(timing),
  };
}

function readSettings(options: EndpointOptions): Settings {
  const limit = options.datagramLimitBytes ?? 1_300; // RFC 3261 §18.1.1
  const retryAfterSeconds = options.retryAfterSeconds ?? 5; // Longer than an ordinary burst.
  return {
    t1: options.timing?.t1 ?? BASE_TIMING.t1,
    inviteWaitMs: options.inviteWaitMs ?? 180_000, // A callee that has not answered by then will not.
    connectWaitMs: options.connectWaitMs ?? 10_000, // A third of a transaction: room for another hop.
    retryAfter: { seconds: retryAfterSeconds, comment: undefined, params: Params.none },
    alias: options.alias ?? false,
    sentBy: options.sentBy ?? ((flow) => flow.local),
    datagramLimit: typeof limit === "number" ? () => limit : (flow) => limit(flow.remote),
  };
}
