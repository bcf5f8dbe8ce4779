/** Opens what a node listens on; when that fails, says which key of the configuration to change, and how. */
import { resolve } from "node:path";
import {
  adminListener,
  type Certificates,
  HttpListener,
  OperatorToken,
  type PrometheusMetrics,
  type SecurityEvents,
  type SipTransports,
  type StructuredLog,
} from "@parlance/node";
import type { Server, Stores } from "@parlance/server";
import { CommandError } from "../command-error.ts";
import type { Configuration } from "../config/schema.ts";
import { operatorApi } from "./operator-api.ts";
import type { Parts } from "./parts.ts";

export interface ListenerInfo {
  readonly kind: "sip" | "trusted" | "http" | "admin";
  readonly url: string;
}

export interface Surroundings {
  readonly config: Configuration;
  readonly data: string;
  readonly server: Server;
  readonly stores: Stores;
  readonly transports: SipTransports;
  readonly certificates: Certificates | undefined;
  readonly metrics: PrometheusMetrics;
  readonly log: StructuredLog;
  readonly security: SecurityEvents;
  /** Why no new traffic should be sent here; undefined while all is well. */
  readonly notReady: () => string | undefined;
}

/** The admin listener comes first, so that it can be asked while the others are opened, and goes last. */
export async function listen(around: Surroundings, parts: Parts): Promise<readonly ListenerInfo[]> {
  const { config, server, transports } = around;
  const { sip, trusted, http, admin } = config.listen;
  const found: ListenerInfo[] = [];
  const pages: ListenerInfo[] = [];
  if (admin !== null) {
    pages.push(await openPages(adminOf(around, admin), "admin", admin, parts));
  }
  transports.attach(server.events);
  if (http !== null) pages.unshift(await openPages(publicOf(around, http), "http", http, parts));
  for (const { url } of pages) transports.avoid(addressOf(url));
  parts.add(() => transports.stop()); // WebSockets end before the listener that they came by
  for (const url of sip) found.push(await openSip(around, "sip", url));
  for (const url of trusted) found.push(await openSip(around, "trusted", url));
  return [...found, ...pages];
}

async function openSip(
  { transports, server, config }: Surroundings,
  kind: "sip" | "trusted",
  url: string,
): Promise<ListenerInfo> {
  const open = async () => transports.listen({ url, name: kind });
  const { transport, host, port } = await open().catch((error) =>
    explain(error, { key: `listen.${kind}`, url, all: config.listen[kind] }),
  );
  server.listens({ host, port }, transport);
  const literal = host.includes(":") ? `[${host}]` : host;
  return { kind, url: `${transport.toLowerCase()}://${literal}:${port}` };
}

async function openPages(
  listener: HttpListener,
  kind: "http" | "admin",
  url: string,
  parts: Parts,
): Promise<ListenerInfo> {
  parts.add(() => listener.close());
  const opened = await listener
    .listen()
    .catch((error) => explain(error, { key: `listen.${kind}`, url, all: url }));
  return { kind, url: opened.url };
}

function addressOf(page: string): { readonly host: string; readonly port: number } {
  const { hostname, port, protocol } = new URL(page);
  const usual = protocol === "https:" ? 443 : 80;
  return { host: hostname.replace(/^\[|\]$/g, ""), port: port === "" ? usual : Number(port) };
}

function publicOf(around: Surroundings, url: string): HttpListener {
  const { transports, config, certificates } = around;
  const door = transports.webSockets({ name: "web", origins: config.web.origins });
  return new HttpListener({
    url,
    upgrades: new Map([["/sip", door]]),
    failed: pageFailed(around),
    ...(certificates === undefined ? {} : { certificates }),
  });
}

function adminOf(around: Surroundings, url: string): HttpListener {
  const { data, server, stores, metrics, security, notReady, certificates } = around;
  return adminListener({
    url,
    token: OperatorToken.open(resolve(data, "operator.token")),
    metrics,
    notReady,
    denied: (source) => security.report("operator login failed", source),
    api: operatorApi(server, stores),
    failed: pageFailed(around),
    ...(certificates === undefined ? {} : { certificates }),
  });
}

function pageFailed({ log }: Surroundings): (error: unknown, id: string) => void {
  return (error, id) => log.error("page failed", { id, error: String(error) });
}

interface Wanted {
  readonly key: string;
  readonly url: string;
  /** The whole value of the key. */
  readonly all: string | readonly string[];
}

function explain(error: unknown, { key, url, all }: Wanted): never {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const cause = { cause: error };
  switch (code) {
    case "EADDRINUSE":
      throw new CommandError(
        `cannot listen on ${url} (${key}): another program has this port.\n` +
          `  Stop that program, or choose another port: --set ${key}=${otherPorts(all)}\n` +
          `  (npm start -- --set …)`,
        cause,
      );
    case "EACCES":
      throw new CommandError(`cannot listen on ${url} (${key}): not permitted here`, cause);
    case "EADDRNOTAVAIL":
      throw new CommandError(
        `cannot listen on ${url} (${key}): this machine has no such address`,
        cause,
      );
    default: {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CommandError(`cannot listen on ${url} (${key}): ${reason}`, cause);
    }
  }
}

/** The same listeners ten ports further on, as a shell takes them. */
function otherPorts(all: string | readonly string[]): string {
  return typeof all === "string" ? moved(all) : `'${JSON.stringify(all.map(moved))}'`;
}

function moved(url: string): string {
  return url.replace(/:(\d+)\/?$/, (_, port: string) => `:${Number(port) + 10}`);
}
