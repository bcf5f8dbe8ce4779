/** Opens what a node listens on; when that fails, says which key of the configuration to change, and how. */
import { resolve } from "node:path";
import {
  adminListener,
  type Certificates,
  HttpListener,
  type MsrpTransports,
  OperatorToken,
  type PrometheusMetrics,
  type SecurityEvents,
  type SipTransports,
  type StructuredLog,
  serveStaticPages,
} from "@parlance/node";
import type { MsrpPlace, Server, Stores } from "@parlance/server";
import type { Configuration } from "../config/schema.ts";
import type { OperatorPorts } from "../operator/route.ts";
import { operatorApi } from "../operator/serve.ts";
import { ListenFaults } from "./listen-faults.ts";
import { messengerPages, operatorPages } from "./pages.ts";
import type { Parts } from "./parts.ts";
import { serveWelcome } from "./welcome.ts";

export interface ListenerInfo {
  readonly kind: "sip" | "trusted" | "msrp" | "http" | "admin";
  readonly url: string;
}

export interface Surroundings {
  readonly config: Configuration;
  readonly data: string;
  readonly server: Server;
  readonly stores: Stores;
  readonly transports: SipTransports;
  readonly msrp: MsrpTransports;
  readonly certificates: Certificates | undefined;
  readonly metrics: PrometheusMetrics;
  readonly log: StructuredLog;
  readonly security: SecurityEvents;
  readonly operator: OperatorPorts;
}

/** The admin listener comes first, so that it can be asked while the others are opened, and goes last. */
export async function listen(around: Surroundings, parts: Parts): Promise<readonly ListenerInfo[]> {
  const { config, server, transports, msrp } = around;
  const { sip, trusted, http, admin } = config.listen;
  const faults = new ListenFaults();
  const doors: (ListenerInfo | undefined)[] = [];
  const pages: (ListenerInfo | undefined)[] = [];
  const openPages = async (kind: "http" | "admin", url: string, listener: HttpListener) => {
    parts.add(() => listener.close());
    const wanted = { key: `listen.${kind}`, url, all: url };
    const opened = await faults.attempt(wanted, () => listener.listen());
    pages.unshift(opened && { kind, url: opened.url });
  };
  const openSip = async (kind: "sip" | "trusted", url: string) => {
    const wanted = { key: `listen.${kind}`, url, all: config.listen[kind] };
    doors.push(await faults.attempt(wanted, () => openSipListener(around, kind, url)));
  };
  if (admin !== null) await openPages("admin", admin, adminOf(around, admin));
  transports.attach(server.events);
  msrp.attach((connection) => server.media?.taken(connection));
  if (http !== null) await openPages("http", http, publicOf(around, http));
  for (const page of pages) {
    if (page === undefined) continue;
    transports.avoid(addressOf(page.url));
    msrp.avoid(addressOf(page.url));
    if (page.kind !== "http") continue;
    server.web.listens(urlFor(config, page.url));
    server.media?.listens(webPlace(page.url));
    const proxy = securedProxy(config, page.url);
    if (proxy !== undefined) server.media?.listens(webPlace(proxy.origin));
  }
  parts.add(() => transports.stop()); // WebSockets end before the listener that they came by
  for (const url of sip) await openSip("sip", url);
  for (const url of trusted) await openSip("trusted", url);
  for (const url of config.listen.msrp) {
    const wanted = { key: "listen.msrp", url, all: config.listen.msrp };
    doors.push(await faults.attempt(wanted, () => openMsrpListener(around, url)));
  }
  faults.settle();
  return [...doors, ...pages].filter((one) => one !== undefined);
}

async function openSipListener(
  { transports, server }: Surroundings,
  kind: "sip" | "trusted",
  url: string,
): Promise<ListenerInfo> {
  const { transport, host, port } = await transports.listen({ url, name: kind });
  server.listens({ host, port }, transport);
  const literal = host.includes(":") ? `[${host}]` : host;
  return { kind, url: `${transport.toLowerCase()}://${literal}:${port}` };
}

async function openMsrpListener(
  { msrp, server, transports }: Surroundings,
  url: string,
): Promise<ListenerInfo> {
  const { transport, host, port } = await msrp.listen({ url, name: "msrp" });
  transports.avoid({ host, port });
  server.media?.listens({ secure: transport === "tls", transport: "tcp", host, port });
  const literal = host.includes(":") ? `[${host}]` : host;
  return { kind: "msrp", url: `${transport}://${literal}:${port}` };
}

/** RFC 7977 §4.1 */
function webPlace(page: string): MsrpPlace {
  const secure = page.startsWith("https:");
  return { secure, transport: "ws", ...addressOf(page) };
}

function addressOf(page: string): { readonly host: string; readonly port: number } {
  const { hostname, port, protocol } = new URL(page);
  const usual = protocol === "https:" ? 443 : 80;
  return { host: hostname.replace(/^\[|\]$/g, ""), port: port === "" ? usual : Number(port) };
}

/** What others may ask: who listens on every address is known by the name of the domain. */
function urlFor({ domain }: Configuration, page: string): string {
  const url = new URL(page);
  if (url.hostname === "0.0.0.0" || url.hostname === "[::]") url.hostname = domain;
  return url.origin;
}

/** The proxy that speaks TLS before a listener that does not. Its host is as a Host field has it. */
function securedProxy({ files }: Configuration, page: string): URL | undefined {
  if (files.publicUrl === undefined || !page.startsWith("http:")) return undefined;
  const url = new URL(files.publicUrl);
  return url.protocol === "https:" ? url : undefined;
}

function publicOf(around: Surroundings, url: string): HttpListener {
  const { transports, msrp, config, certificates, server } = around;
  const { origins } = config.web;
  const door = { name: "web", origins, securedHost: securedProxy(config, url)?.host };
  const upgrades = new Map([
    ["/sip", transports.webSockets(door)],
    ["/msrp", msrp.webSockets(door)],
  ]);
  const listener = new HttpListener({
    url,
    upgrades,
    web: server.web,
    failed: pageFailed(around),
    ...(certificates === undefined ? {} : { certificates }),
  });
  serveStaticPages(listener.app, messengerPages());
  serveWelcome(listener, config, server);
  return listener;
}

function adminOf(around: Surroundings, url: string): HttpListener {
  const { data, stores, metrics, security, operator, certificates } = around;
  const listener = adminListener({
    url,
    token: OperatorToken.open(resolve(data, "operator.token")),
    metrics,
    notReady: () => operator.health().notReady,
    denied: (source) => security.report("operator login failed", source),
    logged: async (action) => {
      const entry = { actor: "operator in a browser", action, subject: "operator", detail: "" };
      await stores.audit.append({ at: operator.now(), ...entry });
    },
    api: (operatorOf) => operatorApi(operator, operatorOf),
    failed: pageFailed(around),
    ...(certificates === undefined ? {} : { certificates }),
  });
  serveStaticPages(listener.app, operatorPages());
  return listener;
}

function pageFailed({ log }: Surroundings): (error: unknown, id: string) => void {
  return (error, id) => log.error("page failed", { id, error: String(error) });
}
