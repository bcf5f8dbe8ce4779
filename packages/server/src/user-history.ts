/** What users keep of their conversations: for how long, and how they come to it over HTTP. */
import { addressKey, parseUri, sipUri, type Uri } from "@parlance/sip";
import { parsed } from "@parlance/wire";
import type { ServerConfig, ServerPorts } from "./config.ts";
import { type Conference, type Conferences, type Group, rightsIn } from "./controlling/index.ts";
import type { Core } from "./core/core.ts";
import { Rate } from "./core/rate.ts";
import {
  Cursors,
  FullNotice,
  type HistoryDocument,
  HistoryRecorder,
  type HistoryStateDocument,
  HistoryWeb,
  Keeper,
  type KeepingRules,
  SessionRecorder,
} from "./history/index.ts";
import type { Bounds } from "./limits.ts";
import type { LiveGroups } from "./live-groups.ts";
import type { User, UserSettings, WebLogin } from "./ports/index.ts";
import { RELEASE } from "./release.ts";
import type { WebHandler } from "./web/index.ts";

export interface HistoryParts {
  readonly core: Core;
  readonly groups: Pick<LiveGroups, "find">;
  readonly conferences: () => Conferences | undefined;
  readonly list: HistoryDocument;
  readonly state: HistoryStateDocument;
}

/** Everything below `/history`, for who has logged in. */
export function historyHandler(
  config: ServerConfig,
  limits: Bounds,
  ports: ServerPorts,
  { core, groups, conferences, list, state }: HistoryParts,
): (login: WebLogin) => WebHandler {
  const { stores, clock, hashing, secrets, log, metrics, largeMessages: content } = ports;
  const { home, hits } = core;
  const rooms = new Set((config.rooms ?? []).map(({ name }) => keyOfName(name, config.domain)));
  const rates = {
    request: new Rate(limits.historyRequestsPerSecond, limits.historyRequestBurst),
    search: new Rate(limits.historySearchesPerMinute / 60, limits.historySearchBurst),
  };
  hits.uses("historyRequestBurst", () => rates.request.used(clock.now()));
  hits.uses("historySearchBurst", () => rates.search.used(clock.now()));
  return (login) => {
    const web = new HistoryWeb(
      {
        store: stores.history,
        recordings: stores.recordings,
        content,
        cursors: new Cursors(secrets.cursors, hashing),
        clock,
        login,
        keyOf: (address) => {
          const read = parsed(() => parseUri(address));
          return read.ok ? (home.keyOf(read.value) ?? addressKey(read.value)) : undefined;
        },
        groupAt: (conversation, user) => {
          const kind = rooms.has(conversation) ? "room" : "group";
          const group = groups.find(conversation);
          const session = conferences()?.named(conversation);
          if (group === undefined) return session && { kind, name: subjectFor(user, session) };
          if (!mayJoin(user, group, clock.now())) return { kind, name: undefined };
          const { displayName, document } = group;
          return { kind, name: displayName ?? session?.subject ?? document.group.subject };
        },
        take: (user, what) => rates[what].take(user, clock.now()),
        removed(user) {
          list.changed(user);
          state.changed(user);
        },
        read: (user) => state.changed(user),
        hits,
        log,
        metrics,
      },
      { exports: limits.historyExports },
    );
    return (request) => web.handle(request);
  };
}

function mayJoin(user: User, group: Group, now: number): boolean {
  const { address } = user;
  return rightsIn(group, { uri: parseUri(address), address, anonymous: false, user }, now).join;
}

/** Of a session without a group: for those who have been in it. */
function subjectFor({ address }: User, { people, subject }: Conference): string | undefined {
  return people.get(address) === undefined ? undefined : subject;
}

/** What keeps messages as they pass, and what keeps sessions. OMA IM 13 */
export function makeRecorders(
  config: ServerConfig,
  limits: Bounds,
  { stores, clock, random, log, metrics, largeMessages: contents }: ServerPorts,
  {
    core: { home, hits, way },
    address,
    settings,
    changed,
    kept,
    marked,
  }: {
    readonly core: Core;
    /** Of the service that keeps conversations. */
    readonly address: string;
    readonly settings: UserSettings;
    /** What is kept of the user is not what it was; and when a message has come to it. */
    readonly changed: (user: User) => void;
    readonly kept: (user: User) => void;
    /** He has read something. */
    readonly marked: (user: User) => void;
  },
): { readonly recording: HistoryRecorder; readonly sessions: SessionRecorder } {
  const { history: store, recordings } = stores;
  const notice = new FullNotice({ way, clock, random, log }, { address, userAgent: RELEASE });
  const full = (user: User): void => notice.tell(user);
  const keeper = new Keeper(
    { store, clock, random, log, metrics, hits, full, kept },
    {
      quota: { messages: limits.historyMessagesPerUser, bytes: limits.historyBytesPerUser },
      keeping: keepingRules(config, limits),
    },
  );
  const keyOf = (uri: Uri): string => home.keyOf(uri) ?? addressKey(uri);
  return {
    recording: new HistoryRecorder({
      keeper,
      settings,
      keyOf,
      displayed(user, conversation, messageId) {
        store
          .mark(user.name, conversation, { by: "messageIds", ids: [messageId] })
          .then((found) => (found?.changed === true ? marked(user) : undefined))
          .catch((error: unknown) => log.warn("not marked as read", { error: String(error) }));
      },
    }),
    sessions: new SessionRecorder({
      keeper,
      store,
      recordings,
      settings,
      contents,
      clock,
      changed,
    }),
  };
}

/** As the operator has it. */
export function keepingRules(config: ServerConfig, limits: Bounds): KeepingRules {
  const { domain, history, rooms = [], groups = [] } = config;
  const ofGroups = [...groups, ...rooms].flatMap(({ name, historySeconds: seconds }) =>
    seconds === undefined ? [] : [[keyOfName(name, domain), seconds * 1_000] as const],
  );
  return {
    usualMs: limits.historySeconds * 1_000,
    users: new Map((history?.users ?? []).map(({ name, seconds }) => [name, seconds * 1_000])),
    groups: new Map(ofGroups),
  };
}

function keyOfName(name: string, domain: string): string {
  return name.includes(":") ? name : addressKey(sipUri(name, domain));
}
