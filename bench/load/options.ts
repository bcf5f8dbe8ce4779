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
  readonly users: number;
  readonly messages: number;
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
      users: { type: "string", default: "1000" },
      messages: { type: "string", default: "20000" },
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
  };
}
