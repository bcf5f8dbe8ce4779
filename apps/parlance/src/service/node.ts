/** One node of the service: configuration in, listeners and a running server out. Composition only. */
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import {
  adminListener,
  Certificates,
  destinationPolicy,
  type HttpListener,
  inflate,
  HttpListener as Listener,
  StructuredLog as Log,
  OperatorToken,
  openStores,
  PrometheusMetrics,
  SecurityEvents,
  ServerKeys,
  SipTransports,
  type StructuredLog,
  SystemClock,
  SystemHashing,
  SystemRandom,
  SystemResolver,
  sealing,
  watchProcess,
} from "@parlance/node";
import { createServer, type Limits, type Server, type Stores } from "@parlance/server";
import type { Configuration } from "../config/schema.ts";
import { operatorApi } from "./operator-api.ts";

export interface ListenerInfo {
  readonly kind: "sip" | "trusted" | "http" | "admin";
  readonly url: string;
}

export interface ServiceNode {
  readonly server: Server;
  readonly listeners: readonly ListenerInfo[];
  /** Accounts that were made at this start. */
  readonly created: readonly string[];
  /** Resolves with the reason when the node cannot go on. */
  readonly failed: Promise<Error>;
  /** Refuses new work, ends what is under way, closes everything in order. */
  stop(patienceMs: number): Promise<void>;
}

const TRUSTED = "trusted";

/** Rejects with an error that an operator can act upon; nothing is left open then. */
export async function startNode(config: Configuration): Promise<ServiceNode> {
  const parts = new Parts();
  try {
    return await assemble(config, parts);
  } catch (error) {
    await parts.close();
    throw error;
  }
}

/** What was opened, to be closed in the opposite order. */
class Parts {
  readonly #close: (() => void | Promise<void>)[] = [];

  add(close: () => void | Promise<void>): void {
    this.#close.push(close);
  }

  async close(): Promise<void> {
    for (const close of this.#close.splice(0).toReversed()) await close();
  }
}

async function assemble(config: Configuration, parts: Parts): Promise<ServiceNode> {
  const data = resolve(config.data);
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const keys = ServerKeys.open(resolve(data, "server.key"));
  const log = new Log({
    level: config.log.level,
    redaction: { addresses: config.log.addresses, key: keys.derive("log addresses").current },
  });
  parts.add(() => log.flush());
  const metrics = new PrometheusMetrics();
  parts.add(watchProcess(metrics));
  const clock = new SystemClock();
  parts.add(() => clock.stop());
  const failed = Promise.withResolvers<Error>();
  const stores = await openStores(config.store, {
    folder: data,
    observer: { failed: (error) => (error.fault === "closed" ? failed.resolve(error) : undefined) },
  });
  parts.add(() => stores.close());
  const security = new SecurityEvents({ log, metrics, clock });
  const transports = openTransports(config, security, parts);
  const server = await createServer(serverConfig(config), {
    transports,
    stores,
    clock,
    random: new SystemRandom(),
    hashing: new SystemHashing(),
    inflate,
    resolver: new SystemResolver(),
    secrets: {
      credentials: sealing(keys, "credentials"),
      dialogs: sealing(keys, "dialogs"),
      nonces: keys.derive("nonces").current,
      gruus: keys.derive("gruus").current,
    },
    log,
    metrics,
  });
  parts.add(() => server.stop());
  const created = await makeUsers(server, config);
  const listeners = await listen(
    { config, data, server, stores, transports, metrics, log, security },
    parts,
  );
  log.info("started", { domain: config.domain });
  return {
    server,
    listeners,
    created,
    failed: failed.promise,
    async stop(patienceMs) {
      await server.drain(patienceMs);
      await parts.close();
    },
  };
}

function serverConfig(config: Configuration) {
  const { domain, groups, compat, auth, trace, limits, registrar, deferred, core } = config;
  const serverLimits: Partial<Limits> = {
    bindingsPerUser: limits.bindingsPerUser,
    deferredMessagesPerUser: limits.deferredMessagesPerUser,
    deferredBytesPerUser: limits.deferredBytesPerUser,
    recipientsPerList: limits.recipientsPerList,
    transactions: limits.transactions,
    transactionsPerSource: limits.transactionsPerSource,
    messagesPerSecond: limits.messagesPerSecond,
    messageBurst: limits.messageBurst,
    registersPerSecond: limits.registersPerSecond,
    registerBurst: limits.registerBurst,
    minExpiresSeconds: registrar.minExpires,
    maxExpiresSeconds: registrar.maxExpires,
    defaultExpiresSeconds: registrar.defaultExpires,
    deferredSeconds: deferred.maxLife,
  };
  return {
    domain,
    groups,
    compat,
    auth,
    trace,
    limits: serverLimits,
    core: { trustedPeers: core.trustedPeers, trustedListeners: [TRUSTED] },
  };
}

function openTransports(
  { limits, tls, core }: Configuration,
  security: SecurityEvents,
  parts: Parts,
): SipTransports {
  const files = tls.certificates.map(({ certificate, key }) => ({
    certFile: certificate,
    keyFile: key,
  }));
  const certificates = files.length === 0 ? undefined : new Certificates({ files });
  const addresses = new Set(core.trustedPeers.flatMap((peer) => peer.addresses));
  const names = new Set(core.trustedPeers.flatMap((peer) => peer.tlsNames));
  const transports = new SipTransports({
    limits: { connections: limits.connections, connectionsPerSource: limits.connectionsPerSource },
    ...(certificates === undefined ? {} : { certificates }),
    // A contact on this machine is an ordinary one where the service listens on loopback alone.
    mayConnect: destinationPolicy(["127.0.0.0/8", "::1/128"]),
    trusts: ({ listener, remote, peerNames = [] }) =>
      (listener === TRUSTED && addresses.has(remote.host)) ||
      peerNames.some((name) => names.has(name)),
    log(event) {
      if (event.kind !== "refused") return;
      security.report(`connection refused: ${event.reason}`, event.remote.host);
    },
  });
  parts.add(() => transports.stop());
  return transports;
}

async function makeUsers(server: Server, { users }: Configuration): Promise<readonly string[]> {
  const created: string[] = [];
  for (const { name, password, displayName } of users) {
    if (server.admin.users.find(name) !== undefined) continue;
    const made = await server.admin.users.add({ name, password, displayName });
    if (typeof made === "string") throw new Error(`users: ${name}: ${made}`);
    created.push(name);
  }
  return created;
}

interface Surroundings {
  readonly config: Configuration;
  readonly data: string;
  readonly server: Server;
  readonly stores: Stores;
  readonly transports: SipTransports;
  readonly metrics: PrometheusMetrics;
  readonly log: StructuredLog;
  readonly security: SecurityEvents;
}

async function listen(around: Surroundings, parts: Parts): Promise<readonly ListenerInfo[]> {
  const { config, server, transports } = around;
  const found: ListenerInfo[] = [];
  transports.attach(server.events);
  for (const url of config.listen.sip) found.push(await listenSip(around, url, "sip"));
  for (const url of config.listen.trusted) found.push(await listenSip(around, url, TRUSTED));
  if (config.listen.http !== null) {
    const upgrades = new Map([
      ["/sip", transports.webSockets({ name: "web", origins: config.web.origins })],
    ]);
    const http = new Listener({ url: config.listen.http, upgrades, failed: pageFailed(around) });
    found.push(await open(http, "http", parts));
    parts.add(() => transports.stop()); // its WebSockets end before the listener that they came by
  }
  if (config.listen.admin !== null) {
    found.push(await open(adminOf(around, config.listen.admin), "admin", parts));
  }
  return found;
}

async function listenSip(
  { transports, server }: Surroundings,
  url: string,
  kind: "sip" | "trusted",
): Promise<ListenerInfo> {
  try {
    const { transport, host, port } = await transports.listen({ url, name: kind });
    server.listens({ host, port }, transport);
    const literal = host.includes(":") ? `[${host}]` : host;
    return { kind, url: `${transport.toLowerCase()}://${literal}:${port}` };
  } catch (error) {
    throw new Error(`listen: ${url}: ${error instanceof Error ? error.message : "failed"}`, {
      cause: error,
    });
  }
}

async function open(
  listener: HttpListener,
  kind: "http" | "admin",
  parts: Parts,
): Promise<ListenerInfo> {
  parts.add(() => listener.close());
  const { url } = await listener.listen();
  return { kind, url };
}

function adminOf(around: Surroundings, url: string): HttpListener {
  const { data, server, stores, metrics, security } = around;
  return adminListener({
    url,
    token: OperatorToken.open(resolve(data, "operator.token")),
    metrics,
    notReady: () => undefined,
    denied: (source) => security.report("operator login failed", source),
    api: operatorApi(server, stores),
    failed: pageFailed(around),
  });
}

function pageFailed({ log }: Surroundings): (error: unknown, id: string) => void {
  return (error, id) => log.error("page failed", { id, error: String(error) });
}
