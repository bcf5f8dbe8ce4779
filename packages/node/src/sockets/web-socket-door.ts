/** Turns HTTP upgrades into WebSockets of one subprotocol, for those who may. RFC 6455 §4.2, §10.2 */
import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { isSecured } from "./socket-facts.ts";

export interface WebSocketLimits {
  readonly webSocketMessageBytes: number;
  readonly webSocketFragments: number;
}

/** What a listener may say about the WebSockets that come by it. */
export interface WebSocketOptions {
  readonly name?: string;
  /** Pages of these origins may connect, besides those of the same host. */
  readonly origins?: readonly string[];
  /** Host field of requests for which a proxy before the listener speaks TLS: they count as WSS. */
  readonly securedHost?: string | undefined;
}

export interface WebSocketDoorOptions {
  /** What both sides have to want. RFC 7118 §4.1, RFC 7977 §4.1 */
  readonly subprotocol: "sip" | "msrp";
  readonly limits: WebSocketLimits;
  /** Pages of these origins may connect, besides those that this very host served. */
  readonly origins: readonly string[];
  /** Host field of requests for which a proxy before the listener speaks TLS, in lower case. */
  readonly securedHost?: string | undefined;
  /** Judges a peer; false when there are too many. Undo it when the socket closes. */
  readonly admit: (socket: Socket, secured: boolean) => boolean;
  readonly accepted: (webSocket: WebSocket, socket: Socket, secured: boolean) => void;
  readonly refused: (socket: Socket, reason: string) => void;
}

export type Upgrade = (request: IncomingMessage, socket: Socket, head: Buffer) => void;

export function webSocketDoor(options: WebSocketDoorOptions): Upgrade {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: options.limits.webSocketMessageBytes,
    maxFragments: options.limits.webSocketFragments,
    handleProtocols: () => options.subprotocol,
  });
  return (request, socket, head) => {
    socket.on("error", (error) => options.refused(socket, error.message));
    const refuse = (status: number, reason: string): void => {
      options.refused(socket, reason);
      answer(socket, status);
    };
    if (!offers(request, options.subprotocol)) {
      return refuse(400, `no ${options.subprotocol} subprotocol`);
    }
    if (!originAllowed(request, options.origins)) return refuse(403, "origin not allowed");
    const secured = isSecured(socket, request, options.securedHost);
    if (!options.admit(socket, secured)) return refuse(503, "too many connections");
    socket.setNoDelay(true);
    server.handleUpgrade(request, socket, head, (webSocket) =>
      options.accepted(webSocket, socket, secured),
    );
  };
}

function offers(request: IncomingMessage, subprotocol: string): boolean {
  const offered = request.headers["sec-websocket-protocol"] ?? "";
  return offered.split(",").some((name) => name.trim() === subprotocol);
}

/** A program that is no browser names no origin, and cannot be made to connect by a foreign page. */
function originAllowed(request: IncomingMessage, origins: readonly string[]): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined || origins.includes(origin)) return true;
  return URL.canParse(origin) && host !== undefined && new URL(origin).host === host.toLowerCase();
}

function answer(socket: Socket, status: number): void {
  const reason = STATUS_CODES[status] ?? "";
  socket.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
