/** The user plane: the switch, the sessions that pass it, and what the server takes from them for others. IM-7.2.3-04 */
import type { FrameWatch } from "@parlance/msrp";
import { addressKey, parseUri } from "@parlance/sip";
import { parsed } from "@parlance/wire";
import type { ServerConfig, ServerPorts } from "./config.ts";
import type { Core } from "./core/core.ts";
import {
  type DeferredPorts,
  isWelcome,
  LargeMessages,
  Receptions,
  type SpreadingPorts,
  SpreadMessages,
  WaitingFiles,
} from "./deferred/index.ts";
import type { Bounds } from "./limits.ts";
import { AnchoredSessions, PagerSessions, toOpenDevices } from "./participating/index.ts";
import type { SessionRecording, Spreading, Untagged, UserSettings } from "./ports/index.ts";
import { Relay } from "./relay/index.ts";
import { RELEASE } from "./release.ts";
import { ROOM_LIMITS, Rooms, SWITCH_LIMITS, Switch } from "./switch/index.ts";

export interface UserPlane {
  readonly hub: Switch;
  readonly rooms: Rooms;
  readonly sessions: AnchoredSessions;
  readonly relay: Relay | undefined;
}

/** Undefined without a dialer among the ports. */
export function makePlane(
  config: ServerConfig,
  limits: Bounds,
  ports: ServerPorts,
  core: Core,
  {
    frames,
    recording,
    settings,
    history,
  }: {
    readonly frames: FrameWatch | undefined;
    readonly recording: SessionRecording;
    readonly settings: Pick<UserSettings, "bars">;
    /** Address key of the service that keeps conversations. */
    readonly history: string;
  },
): UserPlane | undefined {
  const { msrp, clock, random, log, metrics } = ports;
  if (msrp === undefined) return undefined;
  const hub = new Switch(SWITCH_LIMITS, {
    publicHost: config.media?.host,
    dialer: msrp,
    clock,
    random,
    log,
    metrics,
    security: core.watch,
    frames,
  });
  const rooms = makeRooms(hub, limits, ports, core);
  const common = {
    calls: core.calls,
    media: hub,
    random,
    mayWrite: (user: string) => core.way.mayWrite(user),
    userAt: (address: string) => core.directory.owner(address)?.user,
  };
  const { plainSip = false, pagerInterworking = plainSip } = config.compat ?? {};
  const pager = new PagerSessions(
    {
      ...common,
      way: core.way,
      clock,
      isReachable: (address) => core.registrar.contacts.of(address).length > 0,
    },
    {
      maxBytes: limits.streamBodyBytes,
      idleMs: limits.interworkedIdleSeconds * 1_000,
      userAgent: RELEASE,
    },
  );
  const sessions = new AnchoredSessions(
    {
      ...common,
      hits: core.hits,
      now: () => clock.now(),
      pager: pagerInterworking ? pager : undefined,
      recording,
      settings,
      keyOf: (uri) => core.home.keyOf(uri) ?? addressKey(uri),
    },
    {
      anchor: config.media?.anchor ?? "always",
      untagged: untaggedOf(config),
      maxBytes: limits.sessionFileBytes,
      maxLines: limits.sessionLines,
      inviteWaitMs: limits.inviteWaitMs,
      history,
    },
  );
  return { hub, rooms, sessions, relay: makeRelay(hub, config, limits, ports, core) };
}

function makeRooms(
  hub: Switch,
  limits: Bounds,
  { stores, clock, random, log, metrics, endOfTurn }: ServerPorts,
  { hits }: Core,
): Rooms {
  const rates = {
    perSecond: limits.roomMessagesPerSecond,
    burst: limits.roomMessageBurst,
    receiptsPerSecond: limits.receiptsPerSecond,
    receiptBurst: limits.receiptBurst,
    roomPerSecond: limits.roomTrafficPerSecond,
    roomBurst: limits.roomTrafficBurst,
  };
  const ports = { hub, store: stores.rooms, clock, random, log, metrics, hits, endOfTurn };
  const { roomGatheredBytes: allGatheredBytes, roomLogDevices: logDevices } = limits;
  return new Rooms({ ...ROOM_LIMITS, allGatheredBytes, logDevices }, rates, ports);
}

function makeRelay(
  lines: Switch,
  { relay, auth }: ServerConfig,
  limits: Bounds,
  { clock, random, hashing, metrics, secrets }: ServerPorts,
  { logins, watch: security, hits }: Core,
): Relay | undefined {
  if (relay === undefined) return undefined;
  return new Relay(
    { lines, logins, hashing, clock, random, metrics, security, hits },
    {
      plain: relay.plain,
      md5: auth?.md5Compat ?? true,
      nonceKey: secrets.nonces,
      leases: { total: limits.relayUris, perUser: limits.relayUrisPerUser },
    },
  );
}

/** What waits outside of rows: undefined where it could not be taken, or not be kept. */
export function waitingContents(
  limits: Bounds,
  { largeMessages: contents, stores, clock, random, log }: ServerPorts,
  parts: Pick<Core, "calls" | "way" | "hits"> & {
    readonly settings: UserSettings;
    readonly recording: SessionRecording;
  },
  plane: UserPlane | undefined,
): Pick<DeferredPorts, "large" | "files"> {
  if (plane === undefined || contents === undefined || limits.largeMessageBytes === 0) {
    return { large: undefined, files: undefined };
  }
  const { calls, way, hits, settings, recording } = parts;
  const common = {
    calls,
    media: plane.hub,
    contents,
    receptions: new Receptions(limits.receptionsPerUser, hits),
    maxBytes: limits.largeMessageBytes,
    mayWrite: (user: string) => way.mayWrite(user),
    clock,
    random,
    userAgent: RELEASE,
  };
  const referenced = async () => [
    ...(await stores.deferred.contents()),
    ...(await stores.history.contents()), // they lie together
  ];
  const large = { ...common, way: toOpenDevices(way, settings, "messages") };
  const files = { ...common, way: toOpenDevices(way, settings, "files") };
  return {
    large: new LargeMessages({ ...large, log, referenced, recording }),
    files: new WaitingFiles(files),
  };
}

/** Undefined where nothing can be kept until all have it. */
type SpreadingParts = Pick<SpreadingPorts, "large" | "files" | "keepCopy" | "reports"> &
  Pick<DeferredPorts, "rules" | "settings">;

export function makeSpreading(
  limits: Bounds,
  { clock, random, log }: ServerPorts,
  core: Core,
  { rules, settings, ...parts }: SpreadingParts,
): Spreading | undefined {
  if (parts.large === undefined) return undefined;
  const { directory, home, registrar, readContent } = core;
  return new SpreadMessages(
    {
      ...parts,
      async keepCopy(copy, user) {
        const kept = await parts.keepCopy(copy, user);
        // As a message to him alone would wake him.
        if (kept === "stored" && isWelcome(copy, user, { rules, settings, readContent }))
          core.wake(user);
        return kept;
      },
      userAt(text) {
        const uri = parsed(() => parseUri(text));
        return uri.ok ? directory.owner(home.keyOf(uri.value) ?? "")?.user : undefined;
      },
      isReachable: ({ address }) => registrar.contacts.of(address).length > 0,
      readContent,
      clock,
      random,
      log,
    },
    {
      maxSeconds: limits.deferredSeconds,
      fileBytes: limits.groupFileBytes,
      keptFileBytes: limits.deferredFileBytes,
    },
  );
}

export function untaggedOf({ compat }: ServerConfig): Untagged {
  return compat?.plainSip === true ? "serve" : "refuse";
}
