/** UDP: one socket, a flow for each remote address, STUN keep-alives. RFC 3261 §18, RFC 5626 §8 */
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import {
  type Address,
  answerStun,
  type Flow,
  type FlowEvents,
  type MessageLimits,
  parseStun,
  readDatagram,
} from "@parlance/sip";
import { localAddressFor } from "../sockets/local-address.ts";
import { reasonOf } from "../sockets/stream-channel.ts";

export interface DatagramOptions {
  /** Names the socket in the ids of its flows. */
  readonly id: string;
  readonly listener: string | undefined;
  readonly address: Address;
  readonly reusePort: boolean;
  readonly events: FlowEvents;
  readonly messageLimits: MessageLimits;
}

/** What bursts of a busy second bring while we are at something else; the system may cap it. */
const SOCKET_BUFFER_BYTES = 4_194_304;
/** Beyond it, what the kernel does not take is lost, as datagrams are. */
const QUEUE_BYTES = 4_194_304;
const SENDS_BETWEEN_CHECKS = 64;
/** More than this may be refused for its size. */
const SURE_BYTES = 60_000;
/** Flows that are kept to be found again, in two generations of this size. */
const FLOWS_A_GENERATION = 8_192;

/** The pair of addresses that a datagram came and an answer goes by. */
export class DatagramFlow implements Flow {
  /** The same for the same two addresses, as long as the socket lives. */
  readonly id: string;
  readonly transport = "UDP";
  readonly local: Address;
  readonly remote: Address;
  readonly listener?: string;
  readonly #socket: DatagramSocket;
  #sends = 0;

  constructor(socket: DatagramSocket, remote: Address) {
    this.#socket = socket;
    this.id = `${socket.id}/${remote.host}/${remote.port}`;
    this.local = socket.localTowards(remote);
    this.remote = remote;
    if (socket.listener !== undefined) this.listener = socket.listener;
  }

  send(bytes: Uint8Array): void {
    // Being told of errors costs; an address that took the first datagram takes the second.
    const told = this.#sends === 0 || bytes.length > SURE_BYTES;
    this.#sends = (this.#sends + 1) % SENDS_BETWEEN_CHECKS;
    this.#socket.send(bytes, this.remote, told);
  }
}

interface Arrival {
  readonly bytes: Uint8Array;
  readonly from: RemoteInfo;
}

interface Departure {
  readonly bytes: Uint8Array;
  readonly to: Address;
  /** Of an error, if there is one. */
  readonly told: boolean;
}

/**
 * What one turn of the event loop brings is read together, and what that sends leaves together. Going back and forth
 * between the system and our code for each datagram costs a quarter more: each finds what it knew forgotten.
 */
export class DatagramSocket {
  readonly id: string;
  readonly listener: string | undefined;
  readonly local: Address;
  readonly #socket: Socket;
  readonly #events: FlowEvents;
  readonly #messageLimits: MessageLimits;
  #young = new Map<string, DatagramFlow>();
  #old = new Map<string, DatagramFlow>();
  #latest: DatagramFlow | undefined;
  #arrived: Arrival[] = [];
  #departing: Departure[] = [];
  #turning = false;
  #sends = 0;
  #closed = false;
  /** One function for all sends: an error names its address. */
  readonly #sent = (error: Error | null): void => {
    if (error !== null) this.#failed(error);
  };
  readonly #turn = (): void => {
    const arrived = this.#arrived;
    this.#arrived = [];
    try {
      for (const { bytes, from } of arrived) this.#receive(bytes, from);
      this.#flush();
    } finally {
      this.#turning = false;
    }
  };

  static bind(options: DatagramOptions): Promise<DatagramSocket> {
    const { address, reusePort } = options;
    const six = isIPv6(address.host);
    const socket = createSocket({
      type: six ? "udp6" : "udp4",
      // IPv4 has sockets of its own; mapped addresses would be a second name for every peer.
      ipv6Only: six,
      reusePort,
      recvBufferSize: SOCKET_BUFFER_BYTES,
      sendBufferSize: SOCKET_BUFFER_BYTES,
      // All addresses are literals by now: looking them up would cost a turn of the event loop.
      lookup: (host, _, found) => found(null, host, six ? 6 : 4),
    });
    return new Promise((resolve, reject) => {
      socket.once("error", reject);
      socket.bind({ address: address.host, port: address.port, exclusive: !reusePort }, () => {
        socket.off("error", reject);
        resolve(new DatagramSocket(socket, options));
      });
    });
  }

  private constructor(socket: Socket, options: DatagramOptions) {
    this.id = options.id;
    this.listener = options.listener;
    this.local = { host: options.address.host, port: socket.address().port };
    this.#socket = socket;
    this.#events = options.events;
    this.#messageLimits = options.messageLimits;
    socket.on("message", (bytes, from) => {
      this.#arrived.push({ bytes, from });
      this.#turnSoon();
    });
    socket.on("error", (error) => this.#failed(error));
  }

  /** A socket that is bound to all addresses is known to its peers by one of them. */
  localTowards(remote: Address): Address {
    const { host, port } = this.local;
    if (host !== "0.0.0.0" && host !== "::") return this.local;
    return { host: localAddressFor(remote.host) ?? host, port };
  }

  flowTo(remote: Address): DatagramFlow {
    return this.#flow(remote.host, remote.port);
  }

  /** `told` of an error, if there is one, as the loss of the flow. */
  send(bytes: Uint8Array, to: Address, told: boolean): void {
    if (this.#closed) {
      const flow = this.flowTo(to);
      queueMicrotask(() => this.#events.closed(flow, "closed"));
      return;
    }
    this.#departing.push({ bytes, to, told });
    this.#turnSoon();
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#flush();
    this.#closed = true;
    return new Promise((resolve) => this.#socket.close(resolve));
  }

  #turnSoon(): void {
    if (this.#turning) return;
    this.#turning = true;
    setImmediate(this.#turn);
  }

  #flush(): void {
    if (this.#closed) return;
    const departing = this.#departing;
    this.#departing = [];
    for (const { bytes, to, told } of departing) {
      this.#sends = (this.#sends + 1) % SENDS_BETWEEN_CHECKS;
      if (this.#sends === 0 && this.#socket.getSendQueueSize() > QUEUE_BYTES) continue;
      this.#socket.send(bytes, to.port, to.host, told ? this.#sent : undefined);
    }
  }

  #receive(bytes: Uint8Array, from: RemoteInfo): void {
    // Port 0 cannot be answered; a zone has no place in a Via, and link-local peers no proof.
    if (from.port === 0 || from.address.includes("%")) return;
    const [first = 0] = bytes;
    if (first <= 1) return this.#answerStun(bytes, from);
    const framed = readDatagram(bytes, this.#messageLimits);
    if (framed.kind === "message") {
      this.#events.message(framed.message, this.#flow(from.address, from.port));
    } else if (framed.kind === "fault") {
      this.#events.fault(framed, this.#flow(from.address, from.port));
    }
  }

  /** Octets 0 and 1 begin no SIP message: STUN, or a zero that keeps a NAT binding alive. */
  #answerStun(bytes: Uint8Array, { address, port }: RemoteInfo): void {
    const message = parseStun(bytes);
    if (message?.kind !== "request") return;
    const remote = { host: address, port };
    this.send(answerStun(message, remote), remote, false);
  }

  /** The same object for the same peer, mostly; the last one is found without a look-up. */
  #flow(host: string, port: number): DatagramFlow {
    const latest = this.#latest;
    if (latest !== undefined && latest.remote.port === port && latest.remote.host === host) {
      return latest;
    }
    const key = `${host}/${port}`;
    const known = this.#young.get(key) ?? this.#old.get(key);
    const flow = known ?? new DatagramFlow(this, { host, port });
    this.#latest = flow;
    this.#young.set(key, flow);
    if (this.#young.size >= FLOWS_A_GENERATION) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    return flow;
  }

  /** An error of sending: whoever waits for an answer from there need not wait. RFC 3261 §18.4 */
  #failed(error: Error): void {
    if (!("address" in error) || !("port" in error)) return;
    const { address, port } = error;
    if (typeof address !== "string" || typeof port !== "number") return;
    this.#events.closed(this.#flow(address, port), reasonOf(error));
  }
}
