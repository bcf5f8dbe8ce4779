/** SIP over WebSocket for whatever has the web's WebSocket: browsers and Node. RFC 7118 */
import { type Flow, type Hop, readFrame } from "@parlance/sip";
import { utf8Bytes, utf8TextLossy } from "@parlance/wire";
import type { ClientTransports, SocketEvents } from "../runtime.ts";

/** The part of the web's WebSocket that is needed. */
interface Channel {
  binaryType: string;
  readonly readyState: number;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(): void;
  addEventListener(type: "open" | "error", run: () => void): void;
  addEventListener(type: "close", run: (event: { readonly reason: string }) => void): void;
  addEventListener(type: "message", run: (event: { readonly data: unknown }) => void): void;
}

const OPEN = 1;

export class WebSockets implements ClientTransports {
  readonly #events: SocketEvents;
  readonly #channels = new Map<string, Channel>();
  #count = 0;

  constructor(events: SocketEvents) {
    this.#events = events;
  }

  /** Text where it is text: some servers read nothing else. RFC 7118 §4.2 */
  send(flow: Flow, bytes: Uint8Array): void {
    const channel = this.#channels.get(flow.id);
    if (channel?.readyState !== OPEN) return;
    const text = utf8TextLossy(bytes);
    channel.send(isSame(text, bytes) ? text : new Uint8Array(bytes));
  }

  open(hop: Hop): Promise<Flow> {
    const channel: Channel = new WebSocket(urlOf(hop), "sip"); // RFC 7118 §4
    channel.binaryType = "arraybuffer";
    this.#count += 1;
    const flow: Flow = {
      id: `${hop.transport}-${this.#count}`,
      transport: hop.transport,
      local: { host: "", port: 0 }, // a browser does not tell
      remote: hop.address,
    };
    return new Promise((resolve, reject) => {
      channel.addEventListener("open", () => {
        this.#channels.set(flow.id, channel);
        resolve(flow);
      });
      channel.addEventListener("message", ({ data }) => this.#take(data, flow));
      channel.addEventListener("close", ({ reason }) => {
        reject(new Error(reason || "the server does not answer"));
        if (this.#channels.delete(flow.id)) this.#events.closed(flow, reason);
      });
    });
  }

  close(flow: Flow): void {
    const channel = this.#channels.get(flow.id);
    this.#channels.delete(flow.id);
    channel?.close();
  }

  async end(): Promise<void> {
    for (const channel of this.#channels.values()) channel.close();
    this.#channels.clear();
  }

  #take(data: unknown, flow: Flow): void {
    const bytes = typeof data === "string" ? utf8Bytes(data) : new Uint8Array(data as ArrayBuffer); // by binaryType
    const framed = readFrame(bytes);
    if (framed.kind === "message") this.#events.message(framed.message, flow);
    else if (framed.kind === "fault") this.#events.fault(framed, flow);
    else if (framed.kind === "pong") this.#events.pong(flow);
  }
}

function urlOf({ transport, address, path }: Hop): string {
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return `${transport.toLowerCase()}://${host}:${address.port}${path ?? "/sip"}`;
}

/** Whether the octets were UTF-8 all through. */
function isSame(text: string, bytes: Uint8Array): boolean {
  return !text.includes("\uFFFD") || utf8Bytes(text).length === bytes.length;
}
