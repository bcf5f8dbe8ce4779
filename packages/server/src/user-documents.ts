/** The documents of users, put together: what they may hold, where they are kept, and who is told of changes. RFC 4825 */
import { serviceAddresses, UNRULED } from "@parlance/im";
import { addressKey, Params, parseUri } from "@parlance/sip";
import { parsed } from "@parlance/wire";
import type { ServerConfig, ServerPorts } from "./config.ts";
import type { Groups } from "./controlling/index.ts";
import type { Core } from "./core/core.ts";
import { Rate } from "./core/rate.ts";
import { isUrlOfLink } from "./files/index.ts";
import type { Bounds } from "./limits.ts";
import { LiveGroups } from "./live-groups.ts";
import type { ServerDocuments, User, WebLogin } from "./ports/index.ts";
import { ProfileNames } from "./profile-names.ts";
import type { PublicUrl } from "./public-url.ts";
import { ServiceGroups } from "./service-groups.ts";
import type { WebHandler } from "./web/index.ts";
import {
  AccessPolicy,
  accessRules,
  auditDocuments,
  behindProxies,
  conversationHistory,
  Documents,
  deferredList,
  type GroupNames,
  groups,
  groupUsageList,
  historyState as historyStateUsage,
  ListEvents,
  References,
  resourceLists,
  type Usage,
  userProfile,
  Xcap,
  XcapDiffEvents,
} from "./xdm/index.ts";

export interface UserDocuments {
  readonly documents: Documents;
  readonly policy: AccessPolicy;
  readonly groups: LiveGroups;
  /** Of the configuration and of the operator. */
  readonly serviceGroups: ServiceGroups;
  /** Nobody and nothing has that address; but another group of a user may. */
  readonly isFree: (identity: string) => boolean;
  /** What users watch of their documents. */
  readonly events: XcapDiffEvents;
  /** The lists that the server writes, for those who subscribe to these alone. */
  readonly lists: ListEvents;
  /** He hears of what waits for him without being told. */
  watchesWaiting(user: User): boolean;
  /** Before the first request is taken. */
  start(): Promise<void>;
  handler(root: string, login: WebLogin): WebHandler;
  /** The account is gone, and with it what it has kept. */
  removed(name: string): Promise<void>;
}

export interface DocumentParts {
  readonly core: Core;
  readonly url: PublicUrl;
  /** What the server writes: of what is kept of conversations, and of what waits. */
  readonly history: ServerDocuments;
  readonly waiting: ServerDocuments;
  /** That something was kept of him, or a device of his has read something. */
  readonly historyState: ServerDocuments;
}

export function makeDocuments(
  config: ServerConfig,
  limits: Bounds,
  ports: ServerPorts,
  { core, url, history, waiting, historyState }: DocumentParts,
): UserDocuments {
  const { stores, clock, random, hashing, log, metrics } = ports;
  const { hits, directory, home } = core;
  const documents = new Documents(
    { store: stores.documents, clock, random },
    { documents: limits.documentsPerUser, bytes: limits.documentBytesPerUser },
  );
  const { domain, groups: configuredGroups = [], rooms = [] } = config;
  const configured = new ServiceGroups(
    { groups: configuredGroups, rooms },
    { store: stores.settings, log, domain },
  );
  const groupAddresses = groupNames(config, core, configured);
  const references = new References(() => `${url.text}/xcap/`);
  const waitingUsage = deferredList(waiting);
  const usages: readonly Usage[] = [
    resourceLists(references),
    groups(groupAddresses, references, {
      members: limits.conferenceParticipants,
      isFile: (text) => isUrlOfLink(url.text, text),
    }),
    groupUsageList(references),
    accessRules(references),
    userProfile(),
    conversationHistory(history),
    waitingUsage,
    historyStateUsage(historyState),
  ];
  const userNamed = (name: string) => directory.named(name)?.user;
  const common = { store: stores.documents, documents, references, clock, userNamed };
  const policy = new AccessPolicy(common, {
    invite: config.access?.invite ?? UNRULED.invite,
    offlineStorage: config.access?.offlineStorage ?? UNRULED.offlineStorage,
  });
  const live = new LiveGroups({ ...common, configured }, limits.conferenceParticipants);
  documents.onChange((news) => policy.changed(news));
  documents.onChange((news) => live.changed(news));
  const names = new ProfileNames({
    store: stores.documents,
    called: (account, name) => directory.named(account)?.callsHimself(name),
  });
  documents.onChange((news) => names.changed(news));
  const { subscriptions: notifier, calls } = core;
  const events = new XcapDiffEvents({
    ...common,
    usages,
    notifier,
    contact: (towards) => calls.contact(towards, Params.none),
    hashing,
    log,
    root: () => `${url.text}/xcap/`,
  });
  const usual = serviceAddresses(config.domain);
  const lists = new ListEvents({
    waiting,
    history,
    services: [usual.deferred, usual.history],
    notifier,
    log,
    contact: (towards) => calls.contact(towards, Params.none),
    userNamed,
  });
  directory.onRevoked((user) => {
    events.revoked(user);
    lists.revoked(user);
  });
  documents.onChange((news) => events.changed(news));
  documents.onChange(auditDocuments(stores.audit, clock, log));
  metrics.gauge("access_rules_users", "Users with access rules", () => policy.count);
  metrics.gauge("groups", "Groups that users keep", () => live.count);
  const rate = new Rate(limits.documentRequestsPerSecond, limits.documentRequestBurst);
  hits.uses("documentRequestBurst", () => rate.used(clock.now()));
  const { proxies: asserting = [], profiles = "users" } = config.xcap ?? {};
  const proxies = new Set(asserting);
  const userAt = (uri: string) => {
    const read = parsed(() => parseUri(uri));
    const key = read.ok ? home.keyOf(read.value) : undefined;
    return key === undefined ? undefined : directory.owner(key)?.user;
  };
  return {
    documents,
    policy,
    groups: live,
    serviceGroups: configured,
    isFree: (identity) => !groupAddresses.isTaken(identity),
    events,
    lists,
    watchesWaiting: (user) => lists.watchesWaiting(user) || events.watches(user, waitingUsage),
    async start() {
      await configured.start();
      await policy.start();
      await live.start();
      await names.start();
    },
    handler(root, login) {
      const xcap = new Xcap(
        {
          documents,
          store: stores.documents,
          usages: new Map(usages.map((usage) => [usage.auid, usage])),
          login: behindProxies(login, proxies, userAt),
          readable(xui, reader) {
            const owner = profiles === "nobody" || /[;?]/.test(xui) ? undefined : userAt(xui);
            if (owner === undefined || owner.disabled) return undefined;
            const who = { address: reader.address, anonymous: false, user: reader };
            const { invite } = policy.access(who, owner, "pager-mode-message");
            return invite === "refuse" ? undefined : owner;
          },
          take: (user) => rate.take(user, clock.now()),
          hashing,
          hits,
          log,
          metrics,
        },
        { root, documentBytes: limits.documentBytes },
      );
      return (request) => xcap.handle(request);
    },
    removed: (name) => documents.removeAll(name),
  };
}

/** User parts that the server gives to sessions, and to what it keeps. */
const RESERVED = /^sip:(?:im|def|his)-/;

function groupNames(
  config: ServerConfig,
  { home, directory }: Core,
  configured: Groups,
): GroupNames {
  const usual = serviceAddresses(config.domain);
  const named = [config.services?.factory, config.services?.imdn].map(
    (user) => `sip:${user}@${home.domain}`,
  );
  const services = new Set([...Object.values(usual), ...named]);
  return {
    keyOf(text) {
      const read = parsed(() => parseUri(text));
      const key = read.ok && read.value.kind === "sip" ? home.keyOf(read.value) : undefined;
      // As it will be called, and in no other way.
      return key !== undefined &&
        read.ok &&
        addressKey(read.value) === key &&
        text.length <= LONGEST
        ? key
        : undefined;
    },
    isTaken: (key) =>
      directory.owner(key) !== undefined ||
      configured.find(key) !== undefined ||
      services.has(key) ||
      RESERVED.test(key),
  };
}

const LONGEST = 255;
