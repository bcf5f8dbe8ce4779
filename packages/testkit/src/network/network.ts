/** Hosts and the links between them. */
import type { Address, Flow } from "@parlance/sip";
import type { Clock } from "@parlance/wire";
import type { Life } from "../machine/life.ts";
import type { SeededRandom } from "../machine/seeded-random.ts";
import type { Ladder } from "../world/ladder.ts";
import { Host } from "./host.ts";
import { Link } from "./link.ts";
import { MsrpSockets } from "./msrp-sockets.ts";
import { Overhearing } from "./overhearing.ts";
import { type Medium, type Note, Sockets } from "./sockets.ts";

/** The patience of whoever connects. */
const CONNECT_WAIT_MS = 10_000;

export class Network implements Medium {
  readonly clock: Clock;
  readonly #random: SeededRandom;
  readonly #ladder: Ladder;
  readonly #hosts = new Map<string, Host>();
  readonly #msrp = new Map<string, MsrpSockets>();
  readonly #listening = new Set<Overhearing>();
  #count = 0;

  constructor(clock: Clock, random: SeededRandom, ladder: Ladder) {
    this.clock = clock;
    this.#random = random;
    this.#ladder = ladder;
  }

  host(name: string, address: string): Host {
    const host = new Host(name, address, new Link(this.#random.fork()));
    this.#hosts.set(address, host);
    return host;
  }

  /** Sockets for a program that begins on that host. */
  sockets(host: Host, life: Life, listening: boolean): Sockets {
    const sockets = new Sockets(this, { host, life, listening });
    host.program = sockets;
    return sockets;
  }

  /** The same for its MSRP connections. */
  msrpSockets(host: Host, life: Life): MsrpSockets {
    const sockets = new MsrpSockets(this, { host, life });
    this.#msrp.set(host.address, sockets);
    return sockets;
  }

  msrpListenerAt(address: string): MsrpSockets | undefined {
    const sockets = this.#msrp.get(address);
    return sockets?.listening === true ? sockets : undefined;
  }

  async reach<T>({ link }: Host, find: () => T | undefined): Promise<T> {
    const started = this.clock.now();
    await this.#passed(2 * link.streamDelay());
    const found = find();
    if (link.silent || link.stalled) {
      await this.#passed(CONNECT_WAIT_MS + started - this.clock.now());
      throw new Error("nobody answers");
    }
    if (found === undefined) throw new Error("connection refused");
    return found;
  }

  listenerAt({ host }: Address): Sockets | undefined {
    const program = this.#hosts.get(host)?.program;
    return program instanceof Sockets && program.listening ? program : undefined;
  }

  sendDatagram(from: Host, flow: Flow, bytes: Uint8Array): void {
    const { local, remote } = flow;
    const to = this.#hosts.get(remote.host);
    // Weather is on the links of clients; that of a server is never touched.
    const link = to === undefined || from.program?.listening !== true ? from.link : to.link;
    const delays = link.datagramDelays();
    const fate = delays.length === 0 ? "lost" : delays.length > 1 ? "twice" : undefined;
    this.note({ from, flow, bytes, fate });
    this.passes(flow, bytes);
    for (const delayMs of delays) {
      this.clock.schedule(delayMs, () => {
        if (!link.silent) to?.program?.datagram(bytes, local, remote.port);
      });
    }
  }

  note({ from, flow, bytes, fate }: Note): void {
    const to = this.#nameOf(flow);
    const { transport } = flow;
    this.#ladder.message({ at: this.clock.now(), from: from.name, to, transport, bytes, fate });
  }

  /** All octets, of which a ladder may show the beginning. */
  passes(flow: Flow, bytes: Uint8Array): void {
    for (const one of this.#listening) one.passes(this.#nameOf(flow), flow.id, bytes);
  }

  /** From now on, on all links. */
  overhear(words: readonly string[]): Overhearing {
    const overhearing = new Overhearing(words);
    this.#listening.add(overhearing);
    return overhearing;
  }

  nextId(transport: string): string {
    this.#count += 1;
    return `${transport} ${this.#count}`;
  }

  #nameOf({ remote }: Flow): string {
    return this.#hosts.get(remote.host)?.name ?? remote.host;
  }

  #passed(ms: number): Promise<void> {
    return new Promise((resolve) => void this.clock.schedule(ms, resolve));
  }
}
