/** All UDP sockets of the transports: those that listen, and those that were opened to send. RFC 3261 §18.1.1 */
import { isIPv6 } from "node:net";
import type { Address, Flow } from "@parlance/sip";
import { type DatagramOptions, DatagramSocket } from "./datagram.ts";

/** What all of them have in common. */
export type DatagramCommon = Pick<DatagramOptions, "events" | "messageLimits">;

export class DatagramSockets {
  readonly #common: () => DatagramCommon;
  readonly #newId: () => string;
  readonly #sockets: DatagramSocket[] = [];

  constructor(newId: () => string, common: () => DatagramCommon) {
    this.#newId = newId;
    this.#common = common;
  }

  get addresses(): readonly Address[] {
    return this.#sockets.map(({ local }) => local);
  }

  async bind(
    address: Address,
    listener: string | undefined,
    reusePort = false,
  ): Promise<DatagramSocket> {
    const id = this.#newId();
    const socket = await DatagramSocket.bind({
      id,
      listener,
      address,
      reusePort,
      ...this.#common(),
    });
    this.#sockets.push(socket);
    return socket;
  }

  /** By a socket of the same family; one is opened where there is none. */
  flowTo(address: Address): Flow | Promise<Flow> {
    const family = isIPv6(address.host);
    const socket = this.#sockets.find(({ local }) => isIPv6(local.host) === family);
    if (socket !== undefined) return socket.flowTo(address);
    const anywhere = { host: family ? "::" : "0.0.0.0", port: 0 };
    return this.bind(anywhere, undefined).then((bound) => bound.flowTo(address));
  }

  async close(): Promise<void> {
    await Promise.all(this.#sockets.splice(0).map((socket) => socket.close()));
  }
}
