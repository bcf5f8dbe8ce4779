/** A WebSocket under a connection: one SIP message in each WebSocket message. RFC 7118 §5 */
import { isUtf8 } from "node:buffer";
import type { Socket } from "node:net";
import type { RawData, WebSocket } from "ws";
import type { Channel } from "./channel.ts";

const NORMAL_CLOSURE = 1000; // RFC 6455 §7.4.1

export class WebSocketChannel implements Channel {
  readonly #webSocket: WebSocket;
  readonly #socket: Socket;

  constructor(webSocket: WebSocket, socket: Socket) {
    this.#webSocket = webSocket;
    this.#socket = socket;
  }

  get queuedBytes(): number {
    return this.#webSocket.bufferedAmount;
  }

  get full(): boolean {
    return this.#socket.writableNeedDrain;
  }

  writeAll(messages: readonly Uint8Array[]): void {
    this.#socket.cork();
    for (const message of messages) {
      // What is not UTF-8 must go as binary, the rest should not. RFC 7118 §4.2
      this.#webSocket.send(message, { binary: !isUtf8(message), fin: true });
    }
    this.#socket.uncork();
  }

  pause(): void {
    this.#webSocket.pause();
  }

  resume(): void {
    this.#webSocket.resume();
  }

  end(): void {
    this.#webSocket.close(NORMAL_CLOSURE);
  }

  destroy(): void {
    this.#webSocket.terminate();
  }
}

/** One message, however the library cut it. */
export function octetsOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
