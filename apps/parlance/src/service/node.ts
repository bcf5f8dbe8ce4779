/** One node of the service: configuration in, listeners and a running server out. Composition only. */
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { basename, resolve } from "node:path";
import {
  type BackupSource,
  type Certificates,
  DiskContent,
  destinationPolicy,
  HepSender,
  inflate,
  MsrpTransports,
  type OpenedStores,
  openStores,
  PrometheusMetrics,
  PushWebhook,
  parseStoreAddress,
  readOrMakeSecretFile,
  Secret,
  SecurityEvents,
  ServerKeys,
  SipTransports,
  StructuredLog,
  SystemClock,
  SystemHashing,
  SystemRandom,
  SystemResolver,
  sealing,
  watchProcess,
} from "@parlance/node";
import { createServer, type Server, type ServerConfig, StoreError } from "@parlance/server";
import { CommandError } from "../command-error.ts";
import type { Configuration } from "../config/schema.ts";
import { quotaUse } from "../operator/quota-use.ts";
import { VERSION } from "../version.ts";
import { Backups, restoreAsAsked } from "./backups.ts";
import { type ListenerInfo, listen } from "./listeners.ts";
import { logLines } from "./log-lines.ts";
import { Parts } from "./parts.ts";
import { checkTlsFiles, openCertificates, readAuthorities } from "./tls-files.ts";

export interface ServiceNode {
  readonly server: Server;
  readonly listeners: readonly ListenerInfo[];
  /** Accounts that were made at this start. */
  readonly created: readonly string[];
  /** Resolves with the reason when the node cannot go on. */
  readonly failed: Promise<Error>;
  /** Resolves when an operator has asked it to end: how long what is under way may take, in ms. */
  readonly askedToStop: Promise<number>;
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

async function assemble(config: Configuration, parts: Parts): Promise<ServiceNode> {
  checkTlsFiles(config);
  const data = resolve(config.data);
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const restored = await restoreAsAsked(data);
  const keys = ServerKeys.open(resolve(data, "server.key"));
  const log = new StructuredLog({
    level: config.log.level,
    redaction: { addresses: config.log.addresses, key: keys.derive("log addresses").current },
    ...(config.log.pretty ? { stream: logLines(process.stderr) } : {}),
  });
  parts.add(() => log.flush());
  if (restored?.fault !== undefined) log.error("backup not restored", { why: restored.fault });
  else if (restored !== undefined) log.info("backup restored", { name: restored.name });
  const metrics = new PrometheusMetrics();
  parts.add(watchProcess(metrics));
  const clock = new SystemClock();
  parts.add(() => clock.stop());
  const failed = Promise.withResolvers<Error>();
  const stores = await openStores(config.store, {
    folder: data,
    observer: { failed: (error) => (error.fault === "closed" ? failed.resolve(error) : undefined) },
  }).catch((error) => explainStore(error, data));
  parts.add(() => stores.close());
  const security = new SecurityEvents({ log, metrics, clock });
  const certificates = openCertificates(config, log, parts);
  const transports = openTransports(config, certificates, security, parts);
  const msrp = openMsrp(config, certificates, security, parts);
  const deferred = DiskContent.open(resolve(data, "deferred"));
  const files = DiskContent.open(resolve(data, "files"));
  const server = await createServer(serverConfig(config), {
    transports,
    stores,
    largeMessages: deferred,
    ...(config.files.enabled ? { content: files } : {}),
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
      marks: keys.derive("marks").current,
      cursors: keys.derive("cursors").current,
      tokens: keys.derive("tokens"),
    },
    msrp,
    ...openPush(config, { data, log, parts }),
    endOfTurn: setImmediate,
    log,
    metrics,
    security,
  });
  parts.add(() => server.stop());
  sendTraces(config, server, log, parts);
  let notReady: string | undefined = "starting";
  const askedToStop = Promise.withResolvers<number>();
  const startedAt = Date.now();
  const now = Date.now;
  const drain = (patienceMs: number, stop: boolean): void => {
    notReady = "draining";
    log.info("draining", { patienceMs });
    if (stop) askedToStop.resolve(patienceMs);
    else void server.drain(patienceMs);
  };
  const listeners = await listen(
    {
      config,
      data,
      server,
      stores,
      transports,
      msrp,
      certificates,
      metrics,
      log,
      security,
      operator: {
        server,
        stores,
        config,
        metrics,
        backups: new Backups(config, backupSource(config, stores, { deferred, files })),
        drain,
        now,
        connections: () => {
          const [one, other] = [transports.admitted, msrp.admitted];
          return {
            total: Math.max(one.total, other.total),
            most: Math.max(one.most, other.most),
          };
        },
        quotas: quotaUse(stores, now),
        health: () => ({ notReady, startedAt }),
      },
    },
    parts,
  );
  // Last: their passwords are shown once, and a start that fails shows none.
  const created = await makeUsers(server, config);
  notReady = undefined;
  log.info("started", { domain: config.domain });
  return {
    server,
    listeners,
    created,
    failed: failed.promise,
    askedToStop: askedToStop.promise,
    async stop(patienceMs) {
      notReady = "draining";
      log.info("draining", { patienceMs });
      await server.drain(patienceMs);
      log.info("stopped");
      await parts.close();
    },
  };
}

/** Nothing where nobody is to be woken. */
function openPush(
  { push }: Configuration,
  {
    data,
    log,
    parts,
  }: { readonly data: string; readonly log: StructuredLog; readonly parts: Parts },
): { readonly push?: PushWebhook } {
  if (push.webhook === null) return {};
  const file = resolve(data, push.secretFile);
  const secret = new Secret(readOrMakeSecretFile(file, newPushSecret));
  const { webhook: url, providers } = push;
  const failed = (why: string): void => log.warn("device not woken", { why });
  const made = new PushWebhook({ url, providers, secret, failed });
  parts.add(() => made.close());
  return { push: made };
}

function newPushSecret(): string {
  return `whsec_${randomBytes(32).toString("base64")}\n`;
}

/** Undefined: nothing of the store is on a disk. */
function backupSource(
  { data, store, domain, push }: Configuration,
  { copyTo }: OpenedStores,
  { deferred, files }: { readonly deferred: DiskContent; readonly files: DiskContent },
): BackupSource | undefined {
  const address = parseStoreAddress(store);
  if (copyTo === undefined || address.kind !== "sqlite") return undefined;
  return {
    copyTo,
    storeName: basename(address.file),
    contents: [
      { name: "deferred", content: deferred },
      { name: "files", content: files },
    ],
    secrets: ["server.key", "operator.token", push.secretFile].map((name) => resolve(data, name)),
    version: VERSION,
    domain,
  };
}

/** To a collector, if there is one. */
function sendTraces(
  { trace: { hep, hepAgent } }: Configuration,
  { trace }: Server,
  log: StructuredLog,
  parts: Parts,
): void {
  if (hep === undefined) return;
  const { hostname, port } = new URL(hep.replace(/^udp:/i, "http:")); // udp: has no host to the parser
  const sender = new HepSender({
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port === "" ? 80 : port),
    agent: hepAgent,
    failed: (error) =>
      log.warn("nothing gets to the collector of traces", { reason: error.message }),
  });
  trace.tap = (record) => sender.send(record);
  parts.add(() => sender.close());
}

function explainStore(error: unknown, data: string): never {
  if (!(error instanceof StoreError)) throw error;
  const advice =
    error.fault === "in use"
      ? `\n  A server that runs already has the data folder ${data}.\n` +
        "  Stop it, or give this one a folder of its own: --set data=FOLDER"
      : "";
  throw new CommandError(`store: ${error.message}${advice}`, { cause: error });
}

function serverConfig(config: Configuration): ServerConfig {
  const {
    domain,
    groups,
    rooms,
    conferences,
    compat,
    auth,
    trace,
    core,
    files,
    media,
    web,
    xcap,
    access,
    history,
  } = config;
  const { connections: _, connectionsPerSource: __, ...limits } = config.limits; // of the transports
  return {
    domain,
    groups,
    rooms,
    conferences,
    compat: {
      plainSip: compat.plainSip,
      pagerInterworking: compat.pagerInterworking ?? compat.plainSip,
    },
    auth,
    trace,
    files: { publicUrl: files.publicUrl?.replace(/\/$/, "") },
    web,
    access,
    xcap,
    history,
    ...(config.relay.enabled ? { relay: { plain: config.relay.plain } } : {}),
    media: { anchor: media.anchor, ...(media.host === undefined ? {} : { host: media.host }) },
    limits: {
      ...limits,
      fileBytes: files.maxFileBytes,
      filesPerUser: files.quotaFiles,
      fileBytesPerUser: files.quotaBytes,
      fileSeconds: files.expirySeconds,
      deferredFileBytes: files.deferUpToBytes,
    },
    core: {
      trustedPeers: core.trustedPeers,
      trustedListeners: [TRUSTED],
      ...(core.mode === "as" && core.next !== undefined
        ? { applicationServer: { next: core.next, names: core.names, contact: core.contact } }
        : {}),
    },
  };
}

function openTransports(
  config: Configuration,
  certificates: Certificates | undefined,
  security: SecurityEvents,
  parts: Parts,
): SipTransports {
  const { limits, core } = config;
  const addresses = new Set(core.trustedPeers.flatMap((peer) => peer.addresses));
  const names = new Set(core.trustedPeers.flatMap((peer) => peer.tlsNames));
  const authorities = readAuthorities(config);
  const transports = new SipTransports({
    limits: { connections: limits.connections, connectionsPerSource: limits.connectionsPerSource },
    messageLimits: { streamBodyBytes: limits.streamBodyBytes },
    ...(certificates === undefined ? {} : { certificates }),
    ...(authorities.length === 0 ? {} : { authorities }),
    mayConnect: destinationPolicy(innerDestinations(config)),
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

function openMsrp(
  config: Configuration,
  certificates: Certificates | undefined,
  security: SecurityEvents,
  parts: Parts,
): MsrpTransports {
  const { limits } = config;
  const authorities = readAuthorities(config);
  const msrp = new MsrpTransports({
    limits: { connections: limits.connections, connectionsPerSource: limits.connectionsPerSource },
    ...(certificates === undefined ? {} : { certificates }),
    ...(authorities.length === 0 ? {} : { authorities }),
    mayConnect: destinationPolicy(innerDestinations(config)),
    log(event) {
      if (event.kind !== "refused") return;
      security.report(`MSRP connection refused: ${event.reason}`, event.remote.host);
    },
  });
  parts.add(() => msrp.stop());
  return msrp;
}

const LOOPBACK = ["127.0.0.0/8", "::1/128"];

/** A contact on this machine is an ordinary one where the service listens on loopback alone. */
function innerDestinations({ listen: { sip }, core }: Configuration): readonly string[] {
  const alone = sip.every((url) => /:\/\/(?:127\.|localhost|\[::1\])/i.test(url));
  const own = alone ? [...LOOPBACK, ...core.destinations] : core.destinations;
  if (core.mode === "standalone") return own;
  return [...own, ...core.trustedPeers.flatMap(({ addresses }) => addresses)];
}

async function makeUsers(server: Server, { users }: Configuration): Promise<readonly string[]> {
  const created: string[] = [];
  for (const { name, password, displayName } of users) {
    if (server.admin.users.find(name) !== undefined) continue;
    const made = await server.admin.users.add({ name, password, displayName });
    if (typeof made === "string") throw new CommandError(`users: ${name}: ${made}`);
    created.push(name);
  }
  return created;
}
