/** MSRP connections of one client on Node: TCP, TLS and WebSocket. RFC 4975 §5.4, RFC 7977 */
import type { DialOutcome, DialTarget, MsrpDialer } from "@parlance/msrp";
import type { Hop } from "@parlance/sip";
import type { Cancel } from "@parlance/wire";
import { MsrpWebSockets } from "../transports/msrp-web-sockets.ts";
import { dial } from "./dial.ts";
import { clock } from "./machine.ts";
import { MsrpStream } from "./msrp-stream.ts";
import type { SocketOptions } from "./sockets.ts";
import { webSocketTo } from "./web-socket.ts";

type StreamTarget = Extract<DialTarget, { readonly host: string }>;

export class MsrpSockets implements MsrpDialer {
  readonly #authorities: readonly string[];
  readonly #web: MsrpWebSockets;
  #count = 0;

  constructor({ authorities = [] }: SocketOptions = {}) {
    this.#authorities = authorities;
    this.#web = new MsrpWebSockets({ clock, connect: webSocketTo("msrp", authorities) });
  }

  dial(target: DialTarget, done: (outcome: DialOutcome) => void): Cancel {
    if ("url" in target) return this.#web.dial(target, done);
    const giveUp = new AbortController();
    const told = (outcome: DialOutcome): void => {
      if (!giveUp.signal.aborted) done(outcome);
      else if (outcome.ok) outcome.connection.close();
    };
    this.#open(target, giveUp.signal).then(told, (error: unknown) =>
      told({ ok: false, failure: { why: "no answer", detail: String(error) } }),
    );
    return () => giveUp.abort();
  }

  async #open(target: StreamTarget, signal: AbortSignal): Promise<DialOutcome> {
    const { transport } = target;
    const expect = transport === "tls" ? target.expect : undefined;
    const fingerprints = expect?.by === "fingerprint" ? expect.fingerprints : undefined;
    const socket = await dial(hopOf(target), {
      authorities: this.#authorities,
      signal,
      ...(fingerprints === undefined ? {} : { fingerprints }),
    });
    this.#count += 1;
    const id = `msrp-${transport}-${this.#count}`;
    return { ok: true, connection: new MsrpStream(id, transport, socket) };
  }
}

function hopOf(target: StreamTarget): Hop {
  const { host, port } = target;
  const address = { host, port };
  if (target.transport === "tcp") return { transport: "TCP", address };
  const { expect } = target;
  return { transport: "TLS", address, serverName: expect.by === "name" ? expect.name : host };
}
