/** One MSRP connection over a socket: what is written in one turn leaves together. RFC 4975 §5.4 */
import type { Socket } from "node:net";
import type { MsrpAddress, MsrpConnection, MsrpConnectionEvents, PeerProof } from "@parlance/msrp";

/** Whom TLS has met was judged when it was dialled. */
const NO_PROOF: PeerProof = { names: [], fingerprints: [] };
/** What the other side may still need to take the last octets and say goodbye. */
const LINGER_MS = 1_000;

export class MsrpStream implements MsrpConnection {
  readonly id: string;
  readonly transport: "tcp" | "tls";
  readonly local: MsrpAddress;
  readonly remote: MsrpAddress;
  readonly peer = NO_PROOF;
  readonly listener = undefined;
  readonly #socket: Socket;
  #events: MsrpConnectionEvents | undefined;
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #reason = "the connection was lost";
  #closed = false;

  constructor(id: string, transport: "tcp" | "tls", socket: Socket) {
    this.id = id;
    this.transport = transport;
    this.#socket = socket;
    this.local = { host: socket.localAddress ?? "", port: socket.localPort ?? 0 };
    this.remote = { host: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 };
    socket.pause();
    socket.on("data", (chunk) => this.#events?.received(chunk));
    socket.on("end", () => this.#end("the other side ended the connection"));
    socket.on("error", ({ message }) => {
      this.#reason = message;
    });
    socket.on("close", () => this.#end(this.#reason));
  }

  get backlogBytes(): number {
    return this.#gatheredBytes + this.#socket.writableLength;
  }

  attach(events: MsrpConnectionEvents): void {
    this.#events = events;
    if (this.#closed) queueMicrotask(() => events.closed(this.#reason));
    else this.#socket.resume();
  }

  write(bytes: Uint8Array): void {
    if (this.#closed) return;
    this.#gathered.push(bytes);
    this.#gatheredBytes += bytes.length;
    if (this.#gathered.length === 1) queueMicrotask(() => this.#flush());
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    if (this.#events !== undefined) this.#socket.resume();
  }

  close(): void {
    this.#flush();
    this.#socket.resume(); // to hear that the other side has ended too
    this.#socket.end();
    this.#socket.setTimeout(LINGER_MS, () => this.#socket.destroy());
    queueMicrotask(() => this.#end("closed here"));
  }

  #flush(): void {
    const pieces = this.#gathered;
    if (pieces.length === 0 || this.#closed) return;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#socket.cork();
    const last = pieces.pop();
    for (const piece of pieces) this.#socket.write(piece);
    // "drain" comes only where more was written than a socket likes.
    this.#socket.write(last ?? new Uint8Array(0), () => {
      if (!this.#closed && this.backlogBytes === 0) this.#events?.drained();
    });
    this.#socket.uncork();
  }

  #end(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    if (!this.#socket.writableEnded) this.#socket.destroy();
    this.#events?.closed(reason);
  }
}
