/** The one flow between a client and its server: opened, kept alive, opened again. RFC 5626 §4 */
import {
  type Endpoint,
  type Flow,
  type Hop,
  isReliable,
  type KeepAlive,
  keepAliveFor,
  nextKeepAliveMs,
  PING,
} from "@parlance/sip";
import { asciiBytes, type Cancel } from "@parlance/wire";
import { ImError } from "../base/errors.ts";
import type { ClientTransports, Runtime } from "../runtime.ts";

export interface LinePorts {
  readonly runtime: Runtime;
  readonly transports: ClientTransports;
  readonly endpoint: Endpoint;
}

/** Finds hops, opens the first that answers, and tells when it is lost. */
export class Line {
  readonly #ports: LinePorts;
  readonly #hops: () => Promise<readonly Hop[]>;
  readonly #lost: (reason: string) => void;
  #flow: Flow | undefined;
  #ping: Cancel = () => {};
  #doubt: Cancel = () => {};
  #ended = false;

  constructor(
    ports: LinePorts,
    hops: () => Promise<readonly Hop[]>,
    lost: (reason: string) => void,
  ) {
    this.#ports = ports;
    this.#hops = hops;
    this.#lost = lost;
  }

  get flow(): Flow | undefined {
    return this.#flow;
  }

  /** Tries each hop in turn. Rejects with the last reason when none answers. */
  async open(): Promise<Flow> {
    const hops = await this.#hops();
    let reason: unknown = new Error("no server is known for the domain");
    for (const hop of hops.filter((each) => this.#ports.runtime.supports(each))) {
      try {
        return this.#use(await this.#ports.transports.open(hop));
      } catch (error) {
        reason = error;
      }
    }
    throw reason;
  }

  /** From the first registration on. `flowTimerS` is the server's Flow-Timer, if it has one. */
  keepAlive(flowTimerS: number | undefined): void {
    const flow = this.#flow;
    if (flow === undefined) return;
    this.#ping();
    const reliable = isReliable(flow.transport);
    // Only a server that names its timer has promised to answer. RFC 5626 §5.4
    const answered = reliable && flowTimerS !== undefined;
    this.#pingLater(flow, keepAliveFor(reliable, flowTimerS), answered);
  }

  /** The other side is alive. */
  pong(flow: Flow): void {
    if (flow.id === this.#flow?.id) this.#doubt();
  }

  closed(flow: Flow, reason: string): void {
    if (flow.id !== this.#flow?.id) return;
    this.drop();
    this.#lost(reason);
  }

  /** Lets go without telling; what is under way over it fails at once. */
  drop(): void {
    const flow = this.#flow;
    this.#ping();
    this.#doubt();
    this.#flow = undefined;
    if (flow === undefined) return;
    this.#ports.transports.close(flow);
    this.#ports.endpoint.closed(flow);
  }

  /** Lets go of a flow that is not the line itself; false: it is. */
  dropOther(flow: Flow): boolean {
    if (flow.id === this.#flow?.id) return false;
    this.#ports.transports.close(flow);
    this.#ports.endpoint.closed(flow);
    return true;
  }

  /** Lets go for good: what is being opened is closed as soon as it is open. */
  end(): void {
    this.#ended = true;
    this.drop();
  }

  #use(flow: Flow): Flow {
    if (this.#ended) {
      this.#ports.transports.close(flow);
      throw new ImError("closed");
    }
    this.#flow = flow;
    return flow;
  }

  #pingLater(flow: Flow, keepAlive: KeepAlive, answered: boolean): void {
    const { clock, random } = this.#ports.runtime;
    const [octet = 0] = random.bytes(1);
    this.#ping = clock.schedule(nextKeepAliveMs(keepAlive, octet / 256), () => {
      if (this.#flow?.id !== flow.id) return;
      this.#ports.transports.send(flow, asciiBytes(PING));
      this.#pingLater(flow, keepAlive, answered);
      if (!answered) return;
      this.#doubt();
      const dead = (): void => this.closed(flow, "a ping was not answered");
      this.#doubt = clock.schedule(keepAlive.patienceMs, dead); // RFC 5626 §4.4.1
    });
  }
}
