/** The server: the core and the functions of the IM service, put together over what the machine offers. */
import type { MsrpConnection } from "@parlance/msrp";
import { type Address, type FlowEvents, Params, type TransportName } from "@parlance/sip";
import { type Admin, admin } from "./admin.ts";
import { adminParts } from "./admin-parts.ts";
import { askAboutWaiting } from "./ask-about-waiting.ts";
import { auditTracing } from "./audit-tracing.ts";
import { makeConferences } from "./conferences.ts";
import type { ServerConfig, ServerPorts } from "./config.ts";
import { Controlling } from "./controlling/index.ts";
import { Core } from "./core/core.ts";
import { Directory } from "./core/directory.ts";
import {
  DeferredMessages,
  type DeferredPorts,
  WaitingList,
  WaitingNotice,
  WaitingShelf,
} from "./deferred/index.ts";
import { drained } from "./drained.ts";
import { HistoryDocument, HistoryStateDocument, KeptShelf } from "./history/index.ts";
import { DEFAULT_COLLECTOR_TIMES, ReportCollector, ServerReports } from "./imdn/index.ts";
import { type Bounds, limitsWith } from "./limits.ts";
import {
  endRefused,
  isClosedTo,
  originating,
  refuseBarred,
  terminating,
  toOpenDevices,
} from "./participating/index.ts";
import type { User } from "./ports/index.ts";
import { PublicUrl } from "./public-url.ts";
import { Fetching, type Shelf } from "./referral/index.ts";
import { RELEASE } from "./release.ts";
import { startRetention } from "./retention.ts";
import { type ServerStats, statsOf, watchStats } from "./server-stats.ts";
import { serviceAddressesOf } from "./services.ts";
import type { Place } from "./switch/index.ts";
import type { Tracer } from "./trace/index.ts";
import { makeTracer, webTraced } from "./tracing.ts";
import { accountHandler } from "./user-account.ts";
import { makeDocuments, type UserDocuments } from "./user-documents.ts";
import { historyHandler, makeRecorders } from "./user-history.ts";
import { makePlane, makeSpreading, untaggedOf, waitingContents } from "./user-plane.ts";
import { makeSettings } from "./user-settings.ts";
import type { WebRequest } from "./web/index.ts";
import { type WebFunctions, webFunctions } from "./web-functions.ts";

/** Where the MSRP listeners of the server are. */
export type { Place as MsrpPlace } from "./switch/index.ts";

/** The user plane, for the adapters. */
export interface ServerMedia {
  /** Somebody has connected to a listener. */
  taken(connection: MsrpConnection): void;
  /** Tells of a listener: addresses of sessions name it. */
  listens(place: Place): void;
}

/** What a running server shows to the program around it. */
export interface Server {
  readonly domain: string;
  /** For the transports: everything that comes in. */
  readonly events: FlowEvents;
  readonly admin: Admin;
  /** Tells under which address a listener was opened: URIs that name it mean the server. */
  listens(address: Address, transport: TransportName): void;
  /** For the HTTP adapter: everything that comes in under `web.roots`. */
  readonly web: Pick<WebFunctions, "handle" | "roots" | "listens">;
  /** Undefined without a dialer among the ports. */
  readonly media: ServerMedia | undefined;
  readonly trace: Tracer;
  readonly stats: ServerStats;
  /** Every bound, as it holds. */
  readonly limits: Bounds;
  /** How much of a bound is used, by all or by the one who uses most; undefined where nobody counts it. */
  used(limit: string): number | undefined;
  /** New requests are refused. */
  readonly draining: boolean;
  /** New requests are refused with 503; resolves when those that are under way have ended. */
  drain(patienceMs: number): Promise<void>;
  /** Ends at once. The stores and transports are for whoever opened them to close. */
  stop(): void;
}

/** Reads what the stores hold; from then on `events` may be fed. */
export async function createServer(config: ServerConfig, ports: ServerPorts): Promise<Server> {
  const limits = limitsWith(config.limits ?? {});
  const directory = await Directory.over(ports.stores.users);
  const core = new Core(config, limits, ports, directory);
  const url = new PublicUrl(config);
  const history = new HistoryDocument({
    store: ports.stores.history,
    recordings: ports.stores.recordings,
  });
  const { way, readContent } = core;
  const { clock, random, log, stores } = ports;
  const reports = new ServerReports({ way, clock, random, log }, { userAgent: RELEASE });
  const waiting = new WaitingList({
    store: stores.deferred,
    reports,
    readContent,
    get large() {
      return functions.large; // made of the user plane, which comes later
    },
  });
  const historyState = new HistoryStateDocument(stores.history);
  const lists = { history, waiting, historyState };
  const documents = makeDocuments(config, limits, ports, { core, url, ...lists });
  const { groups } = documents;
  const state = historyState;
  const tracer = makeTracer(config, limits, ports, core);
  const seen = (request: WebRequest) => webTraced(tracer, core, request);
  const conferencesNow = () => functions.conferences; // made of the user plane, which comes later
  const ofHistory = { core, groups, conferences: conferencesNow, list: history, state };
  const kept = historyHandler(config, limits, ports, ofHistory);
  const ofAccount = accountHandler(limits, ports, { core, documents, conferences: conferencesNow });
  const forWeb = { core, documents, url, history: kept, account: ofAccount, seen };
  const web = webFunctions(config, limits, ports, forWeb);
  const functions = makeFunctions(config, limits, ports, {
    core,
    web,
    documents,
    reports,
    history,
    historyState,
    waiting,
    tracer,
  });
  const { settings, deferral, controlling, conferences, collector, plane } = functions;
  const { settings: remembered, audit } = stores;
  await auditTracing(tracer.everybody, { settings: remembered, audit, clock });
  tracer.start();
  core.onReachable = (user) => settings.whenSaid(user, () => deferral.userReachable(user));
  await core.start();
  await settings.start();
  await documents.start();
  await stores.recordings.endAll(clock.now()); // whoever was in a session has to come back, and begins anew
  await deferral.start();
  await controlling.start();
  await conferences?.start();
  collector.start();
  web.files?.start();
  const retention = startRetention(config, limits, ports, {
    removed: (account) => {
      const user = directory.named(account)?.user;
      if (user !== undefined) history.changed(user);
    },
  });
  watchStats(ports, core, plane, conferences, tracer);
  if (config.core?.applicationServer?.contact !== undefined) askAboutWaiting(core, ports);
  return {
    domain: config.domain,
    events: core.events,
    listens: (address, transport) => core.home.listens(address, transport),
    admin: admin(adminParts(ports, { core, web, documents, waiting }, functions)),
    limits,
    used: (limit) => core.hits.used(limit),
    web,
    media: plane && {
      taken: (connection) => plane.hub.taken(connection),
      listens: (place) => plane.hub.places.listens(place),
    },
    trace: tracer,
    get stats() {
      return statsOf(core, plane, conferences);
    },
    get draining() {
      return core.draining;
    },
    drain(patienceMs) {
      web.files?.stop(); // uploads go on where they are, with whoever comes next
      return drained(core, ports, patienceMs);
    },
    stop() {
      retention.stop();
      collector.stop();
      controlling.stop();
      deferral.stop();
      settings.stop();
      conferences?.stop();
      web.files?.stop();
      plane?.sessions.stop();
      plane?.relay?.stop();
      plane?.rooms.stop();
      plane?.hub.stop();
      tracer.stop();
      core.stop();
    },
  };
}

interface Parts {
  readonly core: Core;
  readonly web: WebFunctions;
  readonly documents: UserDocuments;
  readonly reports: ServerReports;
  readonly history: HistoryDocument;
  readonly historyState: HistoryStateDocument;
  readonly waiting: WaitingList;
  readonly tracer: Tracer;
}

function makeFunctions(
  config: ServerConfig,
  limits: Bounds,
  ports: ServerPorts,
  { core, web, documents, reports, history, historyState, waiting, tracer }: Parts,
) {
  const { stores, clock, random, log, metrics } = ports;
  const { way, readContent, directory, registrar, hits, watch: security } = core;
  const userAgent = RELEASE;
  const untagged = untaggedOf(config);
  const services = serviceAddressesOf(config);
  const { groups, policy: rules } = documents;
  const running = ({ address }: User): number =>
    (plane?.sessions.running(address) ?? 0) + (conferences?.running(address) ?? 0);
  const userNamed = (name: string) => directory.named(name)?.user;
  const reachable = (user: User): void => deferral.userReachable(user);
  const settings = makeSettings(config, limits, ports, {
    core,
    reachable,
    changed(user) {
      if (plane !== undefined) refuseBarred(plane.sessions, user, settings, config.domain);
      if (settings.barsEverywhere(user, "sessions")) conferences?.barred(user.address);
      core.ringing.stop(user.address, (invite, device) =>
        isClosedTo(invite, device, user, { settings, untagged }),
      );
    },
  });
  const { recording, sessions } = makeRecorders(config, limits, ports, {
    core,
    address: services.history,
    settings,
    changed: (user) => history.changed(user),
    kept(user) {
      history.changed(user);
      historyState.changed(user);
    },
    marked: (user) => historyState.changed(user),
  });
  const plane = makePlane(config, limits, ports, core, {
    frames: tracer.frames,
    recording: sessions,
    settings,
    history: services.history,
  });
  rules.onChange((account, before) => {
    const user = userNamed(account);
    if (user === undefined || plane === undefined) return;
    endRefused([...plane.sessions, ...plane.sessions.interworked], user, rules, before);
  });
  const contents = waitingContents(
    limits,
    ports,
    { calls: core.calls, way, hits, settings, recording: sessions },
    plane,
  );
  const deferredPorts: DeferredPorts = {
    store: stores.deferred,
    way: toOpenDevices(way, settings, "messages"),
    reports,
    rules,
    settings,
    readContent,
    recording,
    changed: (user) => waiting.changed(user),
    clock,
    random,
    userNamed,
    isReachable: (user) => registrar.contacts.of(user.address).length > 0,
    ...contents,
    notice: new WaitingNotice(
      { way, list: waiting, watches: (user) => documents.watchesWaiting(user), random, log },
      { address: services.deferred, userAgent },
    ),
    log,
    metrics,
    hits,
    security,
  };
  const deferral: DeferredMessages = new DeferredMessages(deferredPorts, {
    messagesPerUser: limits.deferredMessagesPerUser,
    bytesPerUser: limits.deferredBytesPerUser,
    maxSeconds: limits.deferredSeconds,
    datagramBytes: limits.datagramMessageBytes,
    flushes: limits.flushes,
  });
  const fetching = (name: string, address: string, shelf: Shelf): Fetching =>
    new Fetching(
      {
        shelf,
        notifier: core.subscriptions,
        way,
        contact: (towards) => core.calls.contact(towards, Params.none),
        log,
      },
      { name, address, untagged, userAgent },
    );
  const waitingShelf = new WaitingShelf({ ...deferredPorts, way }, waiting, {
    datagramBytes: limits.datagramMessageBytes,
  });
  const keptShelf = new KeptShelf(
    {
      store: stores.history,
      recordings: stores.recordings,
      contents: ports.largeMessages,
      way,
      sessions: plane && { calls: core.calls, media: plane.hub },
      random,
      now: () => clock.now(),
    },
    { address: services.history, userAgent, messageBytes: limits.datagramMessageBytes },
  );
  const collector = new ReportCollector(
    {
      store: stores.imdn,
      way,
      takesLong: (author) => core.takesLong(author),
      clock,
      random,
      log,
    },
    { address: services.imdn, userAgent, ...DEFAULT_COLLECTOR_TIMES },
  );
  const keepCopy = deferral.keepCopy.bind(deferral);
  const kept = { ...contents, keepCopy, reports, rules, settings };
  const spreading = makeSpreading(limits, ports, core, kept);
  const conferences = makeConferences({
    config,
    limits,
    ports,
    core,
    plane,
    groups,
    aliasPages: web.alias,
    services,
    spreading,
    collection: collector,
    recording: sessions,
  });
  groups.onChange((identity, group) => conferences?.groupChanged(identity, group));
  const controlling = new Controlling(
    {
      store: stores.jobs,
      way,
      reports,
      collection: collector,
      clock,
      random,
      log,
      metrics,
      hits,
      userNamed,
      groups,
      conferences,
    },
    {
      factory: services.factory,
      untagged,
      recipientsPerList: limits.recipientsPerList,
      userAgent,
      maxSeconds: limits.deferredSeconds,
      jobs: { copies: limits.copies, messages: limits.copyJobs },
    },
  );
  way.use({
    originating: originating(
      { running },
      { untagged, maxMessageBytes: limits.streamBodyBytes, maxSessions: limits.sessionsPerUser },
    ),
    terminating: terminating(
      { rules, settings, queueing: (user) => deferral.isWaiting(user), running },
      {
        datagramMessageBytes: limits.datagramMessageBytes,
        bringsBySession: plane !== undefined,
        maxSessions: limits.sessionsPerUser,
        untagged,
        keptFileBytes: limits.deferredFileBytes,
      },
    ),
    deferral,
    recording,
    sessions: plane?.sessions,
    owners: [
      controlling,
      collector,
      fetching("deferred", services.deferred, waitingShelf),
      fetching("history", services.history, keptShelf),
    ],
  });
  core.own.use([settings, documents.events, documents.lists]);
  return { settings, deferral, controlling, conferences, collector, plane, large: contents.large };
}
