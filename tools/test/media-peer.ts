/** Raw MSRP peers: octets out, frames in, over TCP, TLS and WebSocket. RFC 4975, RFC 7977 */
import { connect, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { WebSocket } from "ws";
import { Awaited } from "./awaited.ts";
import { takeFrames, type WireFrame } from "./wire-frame.ts";

export interface MediaAddress {
  readonly transport: "tcp" | "tls" | "ws" | "wss";
  readonly host: string;
  readonly port: number;
}

/** Where whoever has this URI is connected to. */
export function mediaAddress(uri: string): MediaAddress {
  const read = /^(msrps?):\/\/\[?([^\]:/]+)\]?:(\d+)(?:\/[^;]*)?;(tcp|ws)$/.exec(uri);
  if (read === null) throw new Error(`no MSRP URI: ${uri}`);
  const [, scheme, host = "", port, by] = read;
  const [plain, secure] = by === "ws" ? (["ws", "wss"] as const) : (["tcp", "tls"] as const);
  return { transport: scheme === "msrps" ? secure : plain, host, port: Number(port) };
}

/** What a stream and a WebSocket are alike in. */
interface Link {
  /** `left`: the octets are with the system, or lost. */
  write(octets: Buffer, left: () => void): void;
  pause(): void;
  resume(): void;
  /** Without a word to the other side where there is a way. */
  destroy(): void;
}

interface LinkEvents {
  data(octets: Buffer): void;
  closed(): void;
}

export class MediaPeer {
  readonly address: MediaAddress;
  /** Resolves when the connection has ended, by whoever. */
  readonly ended: Promise<void>;
  /** Answers requests as they come in, when set. */
  respond: ((request: WireFrame) => Buffer | undefined) | undefined;
  readonly #awaited = new Awaited<WireFrame>(
    (waiting) => `${waiting.map(nameOf).join(", ") || "nothing at all"}, ${this.address.transport}`,
  );
  readonly #end = Promise.withResolvers<void>();
  #link: Link | undefined;
  #left = Promise.resolve();
  #held: Buffer = Buffer.alloc(0);
  #open = true;

  /** Without a look at the certificate, unless `tls` wants one. */
  static async connect(address: MediaAddress, tls: ConnectionOptions = {}): Promise<MediaPeer> {
    const peer = new MediaPeer(address);
    peer.#link = await openLink(
      address,
      { rejectUnauthorized: false, ...tls },
      { data: (octets) => peer.#hear(octets), closed: () => peer.#ended() },
    );
    return peer;
  }

  /** Over a connection that somebody else has opened. */
  static over(socket: Socket, transport: "tcp" | "tls"): MediaPeer {
    const { remoteAddress = "", remotePort = 0 } = socket;
    const peer = new MediaPeer({ transport, host: remoteAddress, port: remotePort });
    peer.#link = streamLink(socket, {
      data: (octets) => peer.#hear(octets),
      closed: () => peer.#ended(),
    });
    return peer;
  }

  private constructor(address: MediaAddress) {
    this.address = address;
    this.ended = this.#end.promise;
  }

  get open(): boolean {
    return this.#open;
  }

  /** What came in, was not answered, and not taken yet. */
  get waiting(): WireFrame[] {
    return this.#awaited.waiting;
  }

  /** Over a WebSocket one message. A string is taken as one octet a character. */
  send(octets: Buffer | string): void {
    if (!this.#open) return;
    const left = Promise.withResolvers<void>();
    this.#left = left.promise;
    this.#link?.write(toBuffer(octets), left.resolve);
  }

  /** Resolves when everything that was sent is with the system. */
  get left(): Promise<void> {
    return Promise.race([this.#left, this.ended]);
  }

  take(fits: (frame: WireFrame) => boolean, ms?: number): Promise<WireFrame> {
    return this.#awaited.take(fits, ms);
  }

  /** The status of the answer to a request of ours. */
  async answerTo(id: string, ms?: number): Promise<number> {
    const { status } = await this.take(
      (frame) => frame.id === id && frame.status !== undefined,
      ms,
    );
    return status ?? 0;
  }

  pause(): void {
    this.#link?.pause();
  }

  resume(): void {
    this.#link?.resume();
  }

  close(): void {
    this.#link?.destroy();
  }

  #hear(octets: Buffer): void {
    const { taken, rest } = takeFrames(
      this.#held.length === 0 ? octets : Buffer.concat([this.#held, octets]),
    );
    this.#held = rest;
    for (const frame of taken) {
      if (this.#awaited.offer(frame)) continue;
      const answer = frame.method === undefined ? undefined : this.respond?.(frame);
      if (answer === undefined) this.#awaited.waiting.push(frame);
      else this.send(answer);
    }
  }

  #ended(): void {
    this.#open = false;
    this.#end.resolve();
    this.#awaited.end();
  }
}

function openLink(
  { transport, host, port }: MediaAddress,
  tls: ConnectionOptions,
  events: LinkEvents,
): Promise<Link> {
  switch (transport) {
    case "tcp":
      return opened(connect({ host, port, noDelay: true }), "connect", events);
    case "tls":
      return opened(connectTls({ host, port, ...tls }).setNoDelay(true), "secureConnect", events);
    default:
      return webLink(new WebSocket(`${transport}://${host}:${port}/msrp`, "msrp", tls), events);
  }
}

function opened(socket: Socket, ready: string, events: LinkEvents): Promise<Link> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    const link = streamLink(socket, events);
    socket.once(ready, () => resolve(link));
  });
}

function streamLink(socket: Socket, events: LinkEvents): Link {
  socket.on("error", () => undefined); // its end is told by close
  socket.on("data", (octets: Buffer) => events.data(octets));
  socket.on("close", () => events.closed());
  return {
    write: (octets, left) => void socket.write(octets, left),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    destroy: () => void socket.destroy(),
  };
}

function webLink(socket: WebSocket, events: LinkEvents): Promise<Link> {
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.on("message", (data) => events.data(data as Buffer)); // its usual form
    socket.on("close", () => events.closed());
    socket.once("open", () =>
      resolve({
        write: (octets, left) => socket.send(octets, left),
        pause: () => socket.pause(),
        resume: () => socket.resume(),
        destroy: () => socket.terminate(),
      }),
    );
  });
}

function nameOf({ method, status, id }: WireFrame): string {
  return `${method ?? status} ${id}`;
}

function toBuffer(octets: Buffer | string): Buffer {
  return typeof octets === "string" ? Buffer.from(octets, "latin1") : octets;
}
