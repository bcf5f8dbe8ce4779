/** TCP and TLS under a connection: octets out in one write a turn. */
import type { Socket } from "node:net";
import type { Channel } from "./channel.ts";

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

export function reasonOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}
