/** A TCP proxy that can break every connection it carries, as a network does. */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

export class BreakingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Whose other end hears nothing more, not even their end. */
  readonly #vanished = new Set<Socket>();
  #leftBytes = Number.POSITIVE_INFINITY;

  /** Carries what comes to `at` on to `to`; both on the same port, so the hosts have to differ. */
  static async start(at: string, to: { readonly host: string; readonly port: number }) {
    const proxy = new BreakingProxy(to);
    proxy.#server.listen(to.port, at);
    await once(proxy.#server, "listening");
    return proxy;
  }

  private constructor(to: { readonly host: string; readonly port: number }) {
    this.#server = createServer({ noDelay: true }, (near) => {
      const far = connect({ ...to, noDelay: true });
      this.#couple(near, far);
      this.#couple(far, near);
    });
  }

  /** Connections that it carries now, each with two ends. */
  get connections(): number {
    return this.#sockets.size / 2;
  }

  /** Breaks all of them; new ones may be made at once. */
  break(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Neither end of any connection hears of the other again, as when a cable is pulled; new ones are carried. */
  vanish(): void {
    for (const socket of this.#sockets) {
      this.#vanished.add(socket);
      socket.unpipe();
      socket.pause();
    }
  }

  /** Breaks one, once: that which carries the last of so many octets. */
  breakAfter(bytes: number): void {
    this.#leftBytes = bytes;
  }

  /** So many have not passed yet. */
  get willBreak(): boolean {
    return Number.isFinite(this.#leftBytes);
  }

  close(): void {
    this.#server.close();
    this.break(); // each of both, as those do not hear of one another that have vanished
  }

  #couple(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.pipe(to);
    from.on("data", ({ length }: Buffer) => this.#count(length, from));
    from.on("error", () => {}); // what it means is told by its end
    from.on("close", () => {
      this.#sockets.delete(from);
      if (!this.#vanished.delete(from)) to.destroy();
    });
  }

  #count(bytes: number, socket: Socket): void {
    this.#leftBytes -= bytes;
    if (this.#leftBytes > 0) return;
    this.#leftBytes = Number.POSITIVE_INFINITY;
    socket.resetAndDestroy();
  }
}
