/** One MSRP connection over a socket: octets out in one write a turn, octets in as they come. RFC 4975 §5.4 */
import type { Socket } from "node:net";
import type {
  MsrpAddress,
  MsrpConnection,
  MsrpConnectionEvents,
  MsrpTransport,
  PeerProof,
} from "@parlance/msrp";
import type { Link } from "@parlance/wire";
import type { Channel } from "../sockets/channel.ts";
import type { ReadGarbage } from "../sockets/read-garbage.ts";
import { remoteOf, withoutZone } from "../sockets/socket-facts.ts";
import type { Watch, Watched } from "../sockets/watch.ts";
import type { WriteTurn } from "../sockets/write-turn.ts";
import type { MsrpTransportLimits } from "./limits.ts";
import { peerProof } from "./peer-proof.ts";

/** What all connections of the process share. */
export interface MsrpSocketHost {
  readonly limits: MsrpTransportLimits;
  readonly turn: WriteTurn;
  readonly watch: Watch;
  readonly garbage: ReadGarbage;
  forget(socket: MsrpSocket, reason: string): void;
}

export interface MsrpSocketFacts {
  readonly id: string;
  readonly transport: MsrpTransport;
  readonly listener: string | undefined;
}

/** More than this is written without waiting for the end of the turn: memory has a limit too. */
const GATHERED_BYTES = 262_144;

export class MsrpSocket implements MsrpConnection {
  readonly id: string;
  readonly transport: MsrpTransport;
  readonly local: MsrpAddress;
  readonly remote: MsrpAddress;
  readonly peer: PeerProof;
  readonly listener: string | undefined;
  readonly #channel: Channel;
  readonly #host: MsrpSocketHost;
  readonly #watched: Link<Watched>;
  #events: MsrpConnectionEvents | undefined;
  #state: "open" | "ending" | "closed" = "open";
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #writtenBytes = 0;
  /** Of these, what the kernel had at the last look. */
  #takenBytes = 0;
  #stalledAt: number | undefined;
  #endedAt: number | undefined;
  #paused = true;

  constructor(facts: MsrpSocketFacts, socket: Socket, channel: Channel, host: MsrpSocketHost) {
    this.id = facts.id;
    this.transport = facts.transport;
    this.listener = facts.listener;
    this.local = { host: withoutZone(socket.localAddress), port: socket.localPort ?? 0 };
    this.remote = remoteOf(socket);
    this.peer = peerProof(socket);
    this.#channel = channel;
    this.#host = host;
    this.#watched = host.watch.add(this);
  }

  get backlogBytes(): number {
    return this.#gatheredBytes + this.#channel.queuedBytes;
  }

  attach(events: MsrpConnectionEvents): void {
    if (this.#events !== undefined) throw new Error("the connection has its owner already");
    this.#events = events;
    if (this.#state === "closed") this.#tellClosed("closed before anybody took it");
    else this.resume();
  }

  write(bytes: Uint8Array): void {
    if (this.#state !== "open") return;
    this.#gathered.push(bytes);
    this.#gatheredBytes += bytes.length;
    if (this.#gathered.length === 1) this.#host.turn.add(this);
    if (this.#gatheredBytes >= GATHERED_BYTES) this.flush();
  }

  /** Writes what this turn has gathered. */
  flush(): void {
    const pieces = this.#gathered;
    if (pieces.length === 0 || this.#state === "closed") return;
    this.#writtenBytes += this.#gatheredBytes;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#channel.writeAll(pieces);
    if (this.#channel.queuedBytes > 0) this.#stalledAt ??= this.#host.watch.now;
  }

  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#channel.pause();
  }

  resume(): void {
    if (!this.#paused || this.#state === "closed" || this.#events === undefined) return;
    this.#paused = false;
    this.#channel.resume();
  }

  close(): void {
    this.end("closed here");
  }

  /** What came in by one read, or one message of a WebSocket. */
  received(bytes: Uint8Array): void {
    if (this.#state !== "open") return;
    this.#events?.received(bytes);
    this.#host.garbage.read(bytes.length);
  }

  /** The channel has brought everything that waited to the kernel. */
  drained(): void {
    this.#stalledAt = undefined;
    if (this.#state === "open") this.#events?.drained();
  }

  end(reason: string): void {
    if (this.#state !== "open") return;
    this.flush();
    if (this.#state !== "open") return;
    this.#state = "ending";
    this.#endedAt = this.#host.watch.now;
    this.#channel.resume(); // to hear that the peer has ended too
    this.#channel.end();
    this.#tellClosed(reason);
  }

  /** Ends at once. */
  drop(reason: string): void {
    if (this.#state === "closed") return;
    this.#channel.destroy();
    this.closed(reason);
  }

  /** The channel is gone, for whatever reason. */
  closed(reason: string): void {
    if (this.#state === "closed") return;
    const told = this.#state === "ending";
    this.#state = "closed";
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#host.watch.remove(this.#watched);
    this.#host.forget(this, reason);
    if (!told) this.#tellClosed(reason);
  }

  look(now: number): void {
    const { endMs, stalledMs } = this.#host.limits;
    if (this.#endedAt !== undefined && now - this.#endedAt > endMs) {
      const left = this.#channel.queuedBytes;
      if (left === 0 || left === this.#writtenBytes - this.#takenBytes) {
        return this.drop("the peer did not end the connection");
      }
    }
    if (this.#stalledAt === undefined) return;
    const { queuedBytes } = this.#channel;
    const taken = this.#writtenBytes - queuedBytes;
    if (queuedBytes === 0) this.#stalledAt = undefined;
    else if (taken > this.#takenBytes) this.#stalledAt = now; // slow is not stopped
    this.#takenBytes = taken;
    if (this.#stalledAt !== undefined && now - this.#stalledAt > stalledMs) {
      this.drop("the peer does not read");
    }
  }

  /** Later, so that nobody hears of it in the middle of a call of his own. */
  #tellClosed(reason: string): void {
    const events = this.#events;
    if (events !== undefined) queueMicrotask(() => events.closed(reason));
  }
}
