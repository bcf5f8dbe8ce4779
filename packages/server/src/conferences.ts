/** Sessions of many, put together over the core and the user plane, and the groups that they may be of. OMA IM 7.2 */
import type { ServerConfig, ServerPorts } from "./config.ts";
import {
  CONFERENCE_TIMES,
  Conferences,
  type Groups,
  USUAL_ANNOUNCEMENTS,
} from "./controlling/index.ts";
import type { Core } from "./core/core.ts";
import type { Bounds } from "./limits.ts";
import type { AliasPages, ReportCollection, SessionRecording, Spreading } from "./ports/index.ts";
import { RELEASE } from "./release.ts";
import { type UserPlane, untaggedOf } from "./user-plane.ts";

export interface ConferenceParts {
  readonly config: ServerConfig;
  readonly limits: Bounds;
  readonly ports: ServerPorts;
  readonly core: Core;
  readonly plane: UserPlane | undefined;
  readonly groups: Groups;
  readonly aliasPages: AliasPages | undefined;
  readonly services: { readonly factory: string; readonly history: string };
  readonly recording: SessionRecording;
  readonly spreading: Spreading | undefined;
  readonly collection: ReportCollection;
}

/** Undefined where there is no user plane. */
export function makeConferences(parts: ConferenceParts): Conferences | undefined {
  const { config, limits, ports, core, plane, groups, aliasPages, services, recording } = parts;
  const { spreading, collection } = parts;
  if (plane === undefined) return undefined;
  const { plainSip: plain = false, pagerInterworking: plainSip = plain } = config.compat ?? {};
  const { stores, clock, random, log } = ports;
  const { calls, way, subscriptions: notifier, hits, home } = core;
  return new Conferences(
    {
      calls,
      way,
      notifier,
      rooms: plane.rooms,
      groups,
      userAt: (address) => core.directory.owner(address)?.user,
      mayWrite: (address) => way.mayWrite(address),
      readContent: core.readContent,
      spreading,
      collection,
      aliasPages,
      recording,
      store: stores.conferences,
      clock,
      random,
      log,
      hits,
    },
    {
      domain: home.domain,
      factory: services.factory,
      history: services.history,
      untagged: untaggedOf(config),
      userAgent: RELEASE,
      adHocAnonymity: config.conferences?.adHocAnonymity ?? true,
      announces: config.conferences?.announce ?? USUAL_ANNOUNCEMENTS,
      log: { messages: limits.roomLogMessages, seconds: limits.roomLogSeconds },
      phones: plainSip ? { idleMs: limits.interworkedIdleSeconds * 1_000 } : undefined,
      propagatesMedia: config.conferences?.propagateMedia ?? false,
      limits: {
        conferences: limits.conferences,
        perUser: limits.conferencesPerUser,
        participants: limits.conferenceParticipants,
        adHocParticipants: limits.adHocParticipants,
        groupParticipants: limits.groupParticipants,
        recipients: limits.recipientsPerList,
        messageBytes: limits.roomMessageBytes,
        stateBytes: STATE_BYTES,
      },
      times: CONFERENCE_TIMES,
    },
  );
}

/** Below what every client takes as the body of one message. */
const STATE_BYTES = 48_000;
