/** Machines and the links between them, in memory. */
import {
  type Flow,
  type FlowEvents,
  type Hop,
  readDatagram,
  type TransportName,
  type Transports,
} from "@parlance/sip";

/** What a machine stands in. */
export interface Network {
  readonly machines: ReadonlyMap<string, Machine>;
  carry(run: () => void): void;
  nextFlow(): number;
}

export type Listener = {
  readonly transport: TransportName;
  readonly port: number;
  readonly name: string;
};

/** One machine on the network. */
export class Machine implements Transports {
  readonly host: string;
  readonly listeners: readonly Listener[];
  readonly flows = new Map<string, Flow>();
  readonly sent: { readonly flow: Flow; readonly bytes: Uint8Array }[] = [];
  events: FlowEvents | undefined;
  /** Takes nothing in any more, and says nothing. */
  dead = false;
  readonly #world: Network;
  readonly #peers = new Map<string, { readonly machine: Machine; readonly flow: Flow }>();
  #ports = 40_000;

  constructor(world: Network, host: string, listeners: readonly Listener[]) {
    this.#world = world;
    this.host = host;
    this.listeners = listeners;
  }

  send(flow: Flow, bytes: Uint8Array): void {
    this.sent.push({ flow, bytes });
    this.#world.carry(() => {
      if (flow.transport === "UDP") return this.#datagram(flow, bytes);
      const peer = this.#peers.get(flow.id);
      peer?.machine.take(peer.flow, bytes);
    });
  }

  open({ transport, address }: Hop): Flow | Promise<Flow> {
    if (transport === "UDP") return this.datagramsTo(address.host, address.port);
    const machine = this.#world.machines.get(address.host);
    const listener = machine?.listeners.find(
      (one) => one.transport === transport && one.port === address.port,
    );
    if (machine === undefined || machine.dead || listener === undefined) {
      return Promise.reject(new Error("refused"));
    }
    for (const flow of this.flows.values()) {
      const { remote } = flow;
      if (
        flow.transport === transport &&
        remote.host === address.host &&
        remote.port === address.port
      ) {
        return flow;
      }
    }
    return this.connect(machine, listener);
  }

  close(flow: Flow): void {
    const peer = this.#peers.get(flow.id);
    this.#forget(flow);
    if (peer !== undefined) peer.machine.#forget(peer.flow);
  }

  connect(machine: Machine, listener: Listener): Flow {
    this.#ports += 1;
    const { transport, port, name } = listener;
    const near = { host: this.host, port: this.#ports };
    const far = { host: machine.host, port };
    const id = this.#world.nextFlow();
    const here: Flow = { id: `${id}a`, transport, local: near, remote: far };
    const there: Flow = { id: `${id}b`, transport, local: far, remote: near, listener: name };
    this.flows.set(here.id, here);
    machine.flows.set(there.id, there);
    this.#peers.set(here.id, { machine, flow: there });
    machine.#peers.set(there.id, { machine: this, flow: here });
    return here;
  }

  datagramsTo(host: string, port: number, from = this.#udpPort()): Flow {
    const id = `${this.host}:${from} udp ${host}:${port}`;
    const known = this.flows.get(id);
    if (known !== undefined) return known;
    const listener = this.listeners.find((one) => one.transport === "UDP");
    const flow: Flow = {
      id,
      transport: "UDP",
      local: { host: this.host, port: from },
      remote: { host, port },
      ...(listener === undefined ? {} : { listener: listener.name }),
    };
    this.flows.set(id, flow);
    return flow;
  }

  take(flow: Flow, bytes: Uint8Array): void {
    if (this.dead) return;
    const framed = readDatagram(bytes);
    if (framed.kind === "message") this.events?.message(framed.message, flow);
    else if (framed.kind === "fault") this.events?.fault(framed, flow);
  }

  #udpPort(): number {
    return this.listeners.find(({ transport }) => transport === "UDP")?.port ?? 5_060;
  }

  #datagram({ local, remote }: Flow, bytes: Uint8Array): void {
    const machine = this.#world.machines.get(remote.host);
    if (
      machine?.listeners.some(({ transport, port }) => transport === "UDP" && port === remote.port)
    ) {
      machine.take(machine.datagramsTo(local.host, local.port, remote.port), bytes);
    }
  }

  #forget(flow: Flow): void {
    if (!this.flows.delete(flow.id)) return;
    this.#peers.delete(flow.id);
    this.#world.carry(() => this.events?.closed(flow, "closed"));
  }
}

/** Those of the server. */
export const LISTENERS: readonly Listener[] = [
  { transport: "UDP", port: 5_060, name: "udp" },
  { transport: "TCP", port: 5_060, name: "tcp" },
  { transport: "WS", port: 8_080, name: "ws" },
  { transport: "TCP", port: 5_070, name: "peers" },
];
