/** What every load program is told on its command line. */
import { parseArgs } from "node:util";

export interface LoadOptions {
  readonly transport: "udp" | "tcp";
  readonly port: number;
  readonly domain: string;
  /** Undefined where the server asks for no credentials. */
  readonly password: string | undefined;
  readonly pairs: number;
  /** Requests in flight, of each pair. */
  readonly window: number;
  readonly seconds: number;
  readonly warmup: number;
  readonly away: boolean;
  /** Each REGISTER is of a client that has started anew. */
  readonly anew: boolean;
  /** Sessions are kept, and not ended. */
  readonly hold: boolean;
  readonly users: number;
  readonly messages: number;
  readonly sessions: number;
  /** Of the body of each message, or chunk. */
  readonly bytes: number;
  /** Of one message in many chunks; 0 for messages without end. */
  readonly file: number;
  /** No server, but a program that joins sockets. */
  readonly pipe: boolean;
  /** No sessions by SIP, but a relay that leads to whom To-Path names. RFC 4976 */
  readonly relay: boolean;
}

export function loadOptions(): LoadOptions {
  const { values } = parseArgs({
    options: {
      transport: { type: "string", default: "tcp" },
      port: { type: "string", default: "5060" },
      domain: { type: "string", default: "parlance.test" },
      password: { type: "string" },
      pairs: { type: "string", default: "8" },
      window: { type: "string", default: "16" },
      seconds: { type: "string", default: "3" },
      warmup: { type: "string", default: "2" },
      away: { type: "boolean", default: false },
      anew: { type: "boolean", default: false },
      hold: { type: "boolean", default: false },
      users: { type: "string", default: "1000" },
      messages: { type: "string", default: "20000" },
      sessions: { type: "string", default: "1" },
      bytes: { type: "string", default: "300" },
      file: { type: "string", default: "0" },
      pipe: { type: "boolean", default: false },
      relay: { type: "boolean", default: false },
    },
  });
  return {
    ...values,
    transport: values.transport === "udp" ? "udp" : "tcp",
    password: values.password,
    port: Number(values.port),
    pairs: Number(values.pairs),
    window: Number(values.window),
    seconds: Number(values.seconds),
    warmup: Number(values.warmup),
    users: Number(values.users),
    messages: Number(values.messages),
    sessions: Number(values.sessions),
    bytes: Number(values.bytes),
    file: Number(values.file),
  };
}
