/** Octets in: from a stream through the framer, from a WebSocket message by message. RFC 3261 §18.3, RFC 7118 §5 */
import type { Socket } from "node:net";
import { type MessageLimits, readFrame, SipFramer } from "@parlance/sip";
import type { WebSocket } from "ws";
import { reasonOf } from "../sockets/stream-channel.ts";
import { octetsOf } from "../sockets/web-socket-channel.ts";
import type { Connection } from "./connection.ts";

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

/** Lets a connection live from the events of its WebSocket, which answers pings by itself. */
export function readWebSocket(
  webSocket: WebSocket,
  socket: Socket,
  connection: Connection,
  limits: MessageLimits,
): void {
  webSocket.on("message", (data) => {
    if (connection.open) connection.take([readFrame(octetsOf(data), limits)], "nothing");
  });
  socket.on("drain", () => connection.drained());
  webSocket.on("error", (error) => connection.closed(reasonOf(error)));
  webSocket.on("close", (code) => connection.closed(`the WebSocket was closed (${code})`));
}
