/** TCP and TLS under a connection: octets out in one write a turn, octets in through the framer. RFC 3261 §18.3 */
import type { Socket } from "node:net";
import { type MessageLimits, SipFramer } from "@parlance/sip";
import type { Channel, Connection } from "./connection.ts";

/** No waiting for more to send: we gather ourselves. Peers that vanished are found by probes. */
export const SOCKET_OPTIONS = {
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: 60_000,
} as const;

export class StreamChannel implements Channel {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  get queuedBytes(): number {
    return this.#socket.writableLength;
  }

  get full(): boolean {
    return this.#socket.writableNeedDrain;
  }

  writeAll(messages: readonly Uint8Array[]): void {
    const socket = this.#socket;
    // Between these two the socket gathers, and then hands all of them to one writev.
    socket.cork();
    for (const message of messages) socket.write(message);
    socket.uncork();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

/** Lets a connection live from the events of its socket. */
export function readStream(
  socket: Socket,
  connection: Connection,
  options: { readonly opened: boolean; readonly limits: MessageLimits },
): void {
  const framer = new SipFramer(options);
  socket.on("data", (chunk: Uint8Array) => {
    if (connection.open) connection.take(framer.push(chunk), framer.lacks);
  });
  socket.on("drain", () => connection.drained());
  socket.on("end", () => connection.end("the peer ended the connection"));
  socket.on("error", (error) => connection.closed(reasonOf(error)));
  socket.on("close", () => connection.closed("the connection was lost"));
}

export function reasonOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}
