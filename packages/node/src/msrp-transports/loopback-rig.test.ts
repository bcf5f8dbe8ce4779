/** What the tests of the MSRP sockets share: two ends on the loopback, and who listens to both. */
import type { TestContext } from "node:test";
import type { DialFailure, DialTarget, MsrpConnection, MsrpConnectionEvents } from "@parlance/msrp";
import { concatBytes, utf8Bytes, utf8Text } from "@parlance/wire";
import { destinationPolicy } from "../sockets/destinations.ts";
import {
  type MsrpTransportEvent,
  MsrpTransports,
  type MsrpTransportsOptions,
} from "./msrp-transports.ts";

export const WITHIN = { timeout: 20_000 };

/** Keeps what a connection tells, and waits for more of it. */
export class Ear implements MsrpConnectionEvents {
  readonly connection: MsrpConnection;
  /** As it came: on WebSocket one entry a message. */
  readonly pieces: Uint8Array[] = [];
  readonly ends: string[] = [];
  drains = 0;
  #changed: (() => void) | undefined;

  constructor(connection: MsrpConnection) {
    this.connection = connection;
  }

  attached(): this {
    this.connection.attach(this);
    return this;
  }

  received(bytes: Uint8Array): void {
    this.pieces.push(bytes);
    this.#changed?.();
  }

  drained(): void {
    this.drains += 1;
    this.#changed?.();
  }

  closed(reason: string): void {
    this.ends.push(reason);
    this.#changed?.();
  }

  say(text: string): void {
    this.connection.write(utf8Bytes(text));
  }

  get sizeBytes(): number {
    return this.pieces.reduce((sum, { length }) => sum + length, 0);
  }

  get text(): string {
    return utf8Text(concatBytes(...this.pieces));
  }

  async until(isSo: (ear: this) => boolean): Promise<void> {
    while (!isSo(this)) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }

  /** So many octets, as text. */
  async hears(sizeBytes: number): Promise<string> {
    await this.until(() => this.sizeBytes >= sizeBytes);
    return this.text;
  }

  async end(): Promise<string | undefined> {
    await this.until(() => this.ends.length > 0);
    return this.ends[0];
  }
}

export class End {
  readonly transports: MsrpTransports;
  readonly events: MsrpTransportEvent[] = [];
  readonly #taken: MsrpConnection[] = [];
  #waiting: ((connection: MsrpConnection) => void) | undefined;

  constructor(options: MsrpTransportsOptions) {
    this.transports = new MsrpTransports({ ...options, log: (event) => this.events.push(event) });
    this.transports.attach((connection) => {
      if (this.#waiting === undefined) this.#taken.push(connection);
      else this.#waiting(connection);
      this.#waiting = undefined;
    });
  }

  /** The next that somebody has opened; nobody has attached to it yet. */
  async taken(): Promise<Ear> {
    const connection =
      this.#taken.shift() ??
      (await new Promise<MsrpConnection>((resolve) => {
        this.#waiting = resolve;
      }));
    return new Ear(connection);
  }

  async dials(target: DialTarget): Promise<Ear> {
    const outcome = await this.tries(target);
    if (outcome instanceof Ear) return outcome;
    throw new Error(`${outcome.why}: ${outcome.detail}`);
  }

  tries(target: DialTarget): Promise<Ear | DialFailure> {
    return new Promise((resolve) => {
      this.transports.dial(target, (outcome) =>
        resolve(outcome.ok ? new Ear(outcome.connection) : outcome.failure),
      );
    });
  }

  async fails(target: DialTarget): Promise<DialFailure["why"] | "connected"> {
    const outcome = await this.tries(target);
    return outcome instanceof Ear ? "connected" : outcome.why;
  }
}

/** One end; stopped with its test. The loopback is allowed to it. */
export function end(t: TestContext, options: MsrpTransportsOptions = {}): End {
  const made = new End({
    mayConnect: destinationPolicy(["127.0.0.0/8", "::1"]),
    ...options,
    // A test that leaves a connection half closed must not wait for it.
    limits: { endMs: 50, ...options.limits },
  });
  t.after(() => made.transports.stop());
  return made;
}

/** Two ends, connected over TCP. */
export async function pair(
  t: TestContext,
  options: MsrpTransportsOptions = {},
): Promise<{
  readonly server: End;
  readonly client: End;
  readonly there: Ear;
  readonly here: Ear;
}> {
  const [server, client] = [end(t, options), end(t)];
  const listening = await server.transports.listen({ url: "tcp://127.0.0.1:0", name: "msrp" });
  const here = (await client.dials({ ...listening, transport: "tcp" })).attached();
  const there = (await server.taken()).attached();
  return { server, client, there, here };
}
