/** Raw SIP peers: octets out, messages in, over the transports that the server listens on. */
import { createSocket, type Socket as DatagramSocket } from "node:dgram";
import { connect, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { ANSWER_MS, Awaited } from "./awaited.ts";
import type { Address, ServerProcess } from "./server-process.ts";
import { readWireMessage, takeMessages, type WireMessage } from "./wire-message.ts";

export type Transport = "UDP" | "TCP" | "TLS" | "WS";
export type Fits = (message: WireMessage) => boolean;

export { ANSWER_MS };

export abstract class Peer {
  abstract readonly transport: Transport;
  /** What belongs into a Via. */
  abstract readonly local: Address;
  /** Resolves when the other side has ended the connection. */
  readonly ended: Promise<void>;
  /** Answers requests as they come in, when set. */
  respond: ((request: WireMessage) => string | undefined) | undefined;
  readonly #awaited = new Awaited<WireMessage>((waiting) => {
    const shown = waiting.map(({ startLine }) => startLine).join(", ") || "nothing at all";
    return `${shown} over ${this.transport}`;
  });
  readonly #end = Promise.withResolvers<void>();
  #open = true;

  constructor() {
    this.ended = this.#end.promise;
  }

  get open(): boolean {
    return this.#open;
  }

  /** What came in, was not answered, and not taken yet. */
  get waiting(): WireMessage[] {
    return this.#awaited.waiting;
  }

  abstract write(octets: Buffer): void;
  abstract close(): void;

  /** A string is taken as one octet a character. */
  send(octets: Uint8Array | string): void {
    this.write(typeof octets === "string" ? Buffer.from(octets, "latin1") : Buffer.from(octets));
  }

  /** The first message that fits, among those that wait and those that come. */
  take(fits: Fits, ms = ANSWER_MS): Promise<WireMessage> {
    return this.#awaited.take(fits, ms);
  }

  protected receive(text: string): void {
    const message = readWireMessage(text);
    if (this.#awaited.offer(message)) return;
    const answer = message.method === undefined ? undefined : this.respond?.(message);
    if (answer !== undefined) return this.send(answer);
    this.#awaited.waiting.push(message);
  }

  protected hasEnded(): void {
    this.#open = false;
    this.#end.resolve();
    this.#awaited.end();
  }
}

class UdpPeer extends Peer {
  readonly transport = "UDP";
  readonly local: Address;
  readonly #socket: DatagramSocket;
  readonly #to: Address;

  constructor(socket: DatagramSocket, to: Address) {
    super();
    this.local = { host: socket.address().address, port: socket.address().port };
    this.#socket = socket;
    this.#to = to;
    socket.on("message", (bytes) => this.receive(bytes.toString("latin1")));
    // A server that was killed: the system says so, the test finds out by itself.
    socket.on("error", () => undefined);
  }

  write(octets: Buffer): void {
    this.#socket.send(octets, this.#to.port, this.#to.host);
  }

  close(): void {
    if (!this.open) return;
    this.#socket.close();
    this.hasEnded();
  }
}

class TcpPeer extends Peer {
  readonly transport: "TCP" | "TLS";
  readonly local: Address;
  readonly #socket: Socket;
  #held = "";

  constructor(socket: Socket, transport: "TCP" | "TLS") {
    super();
    this.transport = transport;
    this.local = { host: socket.localAddress ?? "127.0.0.1", port: socket.localPort ?? 0 };
    this.#socket = socket;
    socket.on("data", (chunk) => {
      const { taken, rest } = takeMessages(this.#held + chunk.toString("latin1"));
      this.#held = rest;
      for (const text of taken) this.receive(text);
    });
    socket.on("error", () => undefined);
    socket.on("close", () => this.hasEnded());
  }

  write(octets: Buffer): void {
    this.#socket.write(octets);
  }

  close(): void {
    this.#socket.destroy();
  }
}

class WebSocketPeer extends Peer {
  readonly transport = "WS";
  /** Browsers do not know their address. RFC 7118 §5 */
  readonly local: Address = { host: "test.invalid", port: 5060 };
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    super();
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      const bytes = typeof data === "string" ? Buffer.from(data) : Buffer.from(data as ArrayBuffer);
      if (bytes.toString("latin1").trim() !== "") this.receive(bytes.toString("latin1"));
    });
    socket.addEventListener("close", () => this.hasEnded());
    socket.addEventListener("error", () => undefined);
  }

  write(octets: Buffer): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(new Uint8Array(octets));
  }

  close(): void {
    this.#socket.close();
  }
}

export function connectPeer(server: ServerProcess, transport: Transport): Promise<Peer> {
  switch (transport) {
    case "UDP":
      return udpPeer(server.address("udp"));
    case "TCP":
      return tcpPeer(server.address("tcp"));
    case "TLS":
      return tlsPeer(server.address("tls"));
    case "WS":
      return webSocketPeer(server.webSocketUrl);
  }
}

/** `port`: the one that an earlier peer had. */
export function udpPeer(to: Address, port = 0): Promise<Peer> {
  const socket = createSocket({ type: "udp4", recvBufferSize: 4_194_304 });
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(port, "127.0.0.1", () => {
      socket.off("error", reject);
      resolve(new UdpPeer(socket, to));
    });
  });
}

/** `from`: another of our own addresses, so that the peer is another source. */
export function tcpPeer({ host, port }: Address, from?: string): Promise<Peer> {
  const local = from === undefined ? {} : { localAddress: from };
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true, ...local });
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(new TcpPeer(socket, "TCP"));
    });
  });
}

/** Without a look at the certificate, unless `options` want one. */
export function tlsPeer(
  { host, port }: Address,
  options: ConnectionOptions = { rejectUnauthorized: false },
): Promise<Peer> {
  const socket = connectTls({ host, port, ...options });
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("secureConnect", () => {
      socket.off("error", reject);
      resolve(new TcpPeer(socket, "TLS"));
    });
  });
}

export function webSocketPeer(url: string): Promise<Peer> {
  const socket = new WebSocket(url, ["sip"]);
  socket.binaryType = "arraybuffer";
  return new Promise((resolve, reject) => {
    socket.addEventListener("open", () => resolve(new WebSocketPeer(socket)), { once: true });
    socket.addEventListener("error", () => reject(new Error(`no WebSocket at ${url}`)), {
      once: true,
    });
  });
}
