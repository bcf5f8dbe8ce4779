/** Sends what is traced to a collector, a datagram each. HEP3 specification §2 */
import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import { hepPacket, outlineOf, type TraceRecord } from "@parlance/server";

export interface HepSenderOptions {
  /** IP address and port of the collector. */
  readonly host: string;
  readonly port: number;
  /** Which node this is, for the collector. */
  readonly agent: number;
  /** Told once of what a datagram could not be sent for. */
  readonly failed: (error: Error) => void;
}

/** What fits into no datagram is not sent. RFC 768 */
const MOST_BYTES = 65_000;

export class HepSender {
  readonly #options: HepSenderOptions;
  readonly #socket: Socket;
  #failed = false;

  constructor(options: HepSenderOptions) {
    this.#options = options;
    this.#socket = createSocket(isIPv6(options.host) ? "udp6" : "udp4");
    this.#socket.unref();
    this.#socket.on("error", (error) => this.#fail(error));
  }

  /** As the operator sees it: without credentials, and without what people wrote. */
  send(record: TraceRecord): void {
    const { host, port, agent } = this.#options;
    const packet = hepPacket(outlineOf(record), { text: false, agent });
    if (packet.length > MOST_BYTES) return;
    this.#socket.send(packet, port, host, (error) => {
      if (error !== null) this.#fail(error);
    });
  }

  close(): void {
    this.#socket.close();
  }

  #fail(error: Error): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#options.failed(error);
  }
}
