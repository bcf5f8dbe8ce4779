/** MSRP over WebSocket for whatever has the web's WebSocket: browsers and Node. RFC 7977 §4, §5 */
import type {
  DialOutcome,
  DialTarget,
  MsrpAddress,
  MsrpConnection,
  MsrpConnectionEvents,
  MsrpDialer,
  PeerProof,
} from "@parlance/msrp";
import { type Cancel, type Clock, utf8Bytes } from "@parlance/wire";
import type { Channel } from "./web-sockets.ts";

/** That of Node can leave what comes unread; that of a browser cannot. */
export interface PausableChannel extends Channel {
  pause?(): void;
  resume?(): void;
}

export interface MsrpWebSocketPorts {
  readonly clock: Clock;
  /** Begins to connect, with the subprotocol "msrp". */
  readonly connect: (url: string) => PausableChannel;
}

const OPEN = 1;
const CONNECT_WAIT_MS = 10_000;
/** How often it is looked whether what was written has left: a WebSocket does not tell. */
const LOOK_MS = 5;
/** What a browser has to hold while nobody reads: the windows of many senders. */
const MOST_HELD_BYTES = 16 * 2 ** 20;
const NO_PROOF: PeerProof = { names: [], fingerprints: [] };

export class MsrpWebSockets implements MsrpDialer {
  readonly #ports: MsrpWebSocketPorts;
  #count = 0;

  constructor(ports: MsrpWebSocketPorts) {
    this.#ports = ports;
  }

  dial(target: DialTarget, done: (outcome: DialOutcome) => void): Cancel {
    if (target.transport !== "ws" && target.transport !== "wss") {
      const failure = { why: "not allowed", detail: "only WebSockets can be opened here" } as const;
      return this.#ports.clock.schedule(0, () => done({ ok: false, failure }));
    }
    this.#count += 1;
    const id = `msrp-${target.transport}-${this.#count}`;
    const channel = this.#ports.connect(target.url);
    channel.binaryType = "arraybuffer";
    let settled = false;
    const settle = (outcome: DialOutcome | undefined): void => {
      if (settled) return;
      settled = true;
      cancel();
      if (outcome?.ok !== true) channel.close();
      if (outcome !== undefined) done(outcome);
    };
    const fail = (detail: string): void =>
      settle({ ok: false, failure: { why: "no answer", detail } });
    const cancel = this.#ports.clock.schedule(CONNECT_WAIT_MS, () => fail("no answer in time"));
    const connection = new WebSocketConnection(id, target, channel, this.#ports.clock);
    channel.addEventListener("open", () => settle({ ok: true, connection }));
    channel.addEventListener("error", ({ message = "" }) => fail(message));
    channel.addEventListener("close", ({ reason }) => fail(reason || "closed"));
    return () => settle(undefined);
  }
}

class WebSocketConnection implements MsrpConnection {
  readonly id: string;
  readonly transport: "ws" | "wss";
  readonly local: MsrpAddress = { host: "", port: 0 }; // nobody tells
  readonly remote: MsrpAddress;
  readonly peer = NO_PROOF;
  readonly listener = undefined;
  readonly #channel: PausableChannel;
  readonly #clock: Clock;
  #events: MsrpConnectionEvents | undefined;
  #paused = true;
  #closed = false;
  /** What came while nothing was to be read. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #looking = false;

  constructor(
    id: string,
    { transport, url }: Extract<DialTarget, { readonly url: string }>,
    channel: PausableChannel,
    clock: Clock,
  ) {
    this.id = id;
    this.transport = transport;
    this.remote = placeOf(url);
    this.#channel = channel;
    this.#clock = clock;
    channel.addEventListener("message", ({ data }) => this.#take(data));
    channel.addEventListener("close", ({ reason }) => this.#end(reason || "closed by the server"));
  }

  get backlogBytes(): number {
    return this.#closed ? 0 : this.#channel.bufferedAmount;
  }

  attach(events: MsrpConnectionEvents): void {
    this.#events = events;
    if (this.#closed) void Promise.resolve().then(() => events.closed("closed at once"));
    else this.resume();
  }

  write(bytes: Uint8Array): void {
    if (this.#closed || this.#channel.readyState !== OPEN) return;
    this.#channel.send(bytes as Uint8Array<ArrayBuffer>); // none of ours is of shared memory
    if (this.#channel.bufferedAmount > 0) this.#look();
  }

  pause(): void {
    this.#paused = true;
    this.#channel.pause?.();
  }

  resume(): void {
    if (!this.#paused || this.#events === undefined) return;
    this.#paused = false;
    while (!this.#paused && this.#held.length > 0) this.#give(this.#held.shift());
    if (!this.#paused) this.#channel.resume?.();
  }

  close(): void {
    this.#channel.resume?.(); // to hear that the other side has ended too
    this.#channel.close();
    void Promise.resolve().then(() => this.#end("closed here"));
  }

  #take(data: unknown): void {
    if (this.#closed) return;
    const bytes = octetsOf(data);
    if (bytes === undefined) return this.close();
    if (!this.#paused) return this.#events?.received(bytes);
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > MOST_HELD_BYTES) this.close();
  }

  #give(bytes: Uint8Array | undefined): void {
    if (bytes === undefined) return;
    this.#heldBytes -= bytes.length;
    this.#events?.received(bytes);
  }

  #look(): void {
    if (this.#looking) return;
    this.#looking = true;
    this.#clock.schedule(LOOK_MS, () => {
      this.#looking = false;
      if (this.#closed) return;
      if (this.#channel.bufferedAmount > 0) this.#look();
      else this.#events?.drained();
    });
  }

  #end(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#held = [];
    this.#events?.closed(reason);
  }
}

function octetsOf(data: unknown): Uint8Array | undefined {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return typeof data === "string" ? utf8Bytes(data) : undefined;
}

function placeOf(url: string): MsrpAddress {
  const [, secure, bracketed, plain = "", port] =
    /^ws(s?):\/\/(?:\[([^\]]*)\]|([^:/]*))(?::(\d+))?/.exec(url) ?? [];
  return { host: bracketed ?? plain, port: Number(port ?? (secure === "s" ? 443 : 80)) };
}
