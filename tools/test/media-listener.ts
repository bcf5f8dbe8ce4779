/** A device that can be reached: others connect to it, over TCP or TLS. RFC 4975 §5.4 */
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { Identity } from "./certificates.ts";
import { MediaPeer } from "./media-peer.ts";
import { newId } from "./wire-frame.ts";

export class MediaListener {
  /** How it is called. */
  readonly uri: string;
  readonly #server: Server;
  readonly #secure: boolean;
  readonly #connected: MediaPeer[] = [];
  #waiting: ((peer: MediaPeer) => void) | undefined;

  static async open(identity?: Identity): Promise<MediaListener> {
    const server =
      identity === undefined
        ? createServer({ noDelay: true })
        : createTlsServer({ cert: identity.cert, key: identity.key, noDelay: true });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new MediaListener(server, identity !== undefined);
  }

  private constructor(server: Server, secure: boolean) {
    const address = server.address();
    const port = address !== null && typeof address === "object" ? address.port : 0;
    this.uri = `${secure ? "msrps" : "msrp"}://127.0.0.1:${port}/${newId()};tcp`;
    this.#server = server;
    this.#secure = secure;
    server.on(secure ? "secureConnection" : "connection", (socket) => this.#take(socket));
  }

  /** The next that connects. */
  connected(): Promise<MediaPeer> {
    const known = this.#connected.shift();
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  /** Nobody has connected who was not asked for. */
  get alone(): boolean {
    return this.#connected.length === 0;
  }

  /** Whoever has connected has gone, and said nothing. */
  async unheard(): Promise<boolean> {
    await Promise.all(this.#connected.map(({ ended }) => ended));
    return this.#connected.every(({ waiting }) => waiting.length === 0);
  }

  close(): void {
    this.#server.close();
    for (const peer of this.#connected) peer.close();
  }

  #take(socket: Socket): void {
    const peer = MediaPeer.over(socket, this.#secure ? "tls" : "tcp");
    if (this.#waiting === undefined) this.#connected.push(peer);
    else this.#waiting(peer);
    this.#waiting = undefined;
  }
}
