/** What sessions of many need of the rest of the server, and what an operator may set. */
import type { Clock, Random } from "@parlance/wire";
import type {
  AliasPages,
  Calls,
  LimitWatch,
  Log,
  MediaRooms,
  Notifier,
  ReadContent,
  ReportCollection,
  RoomLogRules,
  SessionRecording,
  Spreading,
  Untagged,
  User,
  Way,
} from "../../ports/index.ts";
import type { ConferenceStore } from "../../store/index.ts";
import type { Groups } from "../model.ts";
import type { Announcement } from "./announcements.ts";

export interface ConferencePorts {
  readonly calls: Calls;
  readonly rooms: MediaRooms;
  readonly way: Pick<Way, "reach" | "awaitDevice" | "bindings" | "deliver">;
  readonly notifier: Notifier;
  readonly groups: Groups;
  /** The user of ours with that address key. */
  readonly userAt: (address: string) => User | undefined;
  /** Takes one request from what a user may write; false when there is none left for now. */
  readonly mayWrite: (address: string) => boolean;
  readonly readContent: ReadContent;
  /** Brings what comes in a session of its own to many; undefined where it cannot be kept meanwhile. */
  readonly spreading: Spreading | undefined;
  /** Undefined when reports go straight to the author. */
  readonly collection: ReportCollection | undefined;
  /** Undefined where nobody is told of a page for names. */
  readonly aliasPages: AliasPages | undefined;
  /** Keeps what is said for those who want it. */
  readonly recording: SessionRecording | undefined;
  readonly store: ConferenceStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly hits: LimitWatch;
}

export interface ConferenceOptions {
  /** Session identities are `sip:im-…@DOMAIN`. */
  readonly domain: string;
  /** Address key of the Conference-factory-URI. */
  readonly factory: string;
  /** Address key of the service that keeps conversations. */
  readonly history: string;
  readonly untagged: Untagged;
  readonly userAgent: string;
  /** May whoever makes an ad-hoc session hide? Clause 3.4 */
  readonly adHocAnonymity: boolean;
  /** Phones that hold no sessions hear and say by MESSAGE; undefined: they are not let in. */
  readonly phones: { readonly idleMs: number } | undefined;
  /** Are the others offered what one device newly takes? IM-7.2.1.6-N1 */
  readonly propagatesMedia: boolean;
  /** What the room says itself. Clause 8.5 */
  readonly announces: readonly Announcement[];
  /** What is kept of what is said, for those who come back; no messages: nothing is. */
  readonly log: RoomLogRules;
  readonly limits: ConferenceLimits;
  readonly times: ConferenceTimes;
}

export interface ConferenceLimits {
  /** Sessions of many at one time. */
  readonly conferences: number;
  /** That one user is in, or has begun. */
  readonly perUser: number;
  /** In any session, whatever its group says. */
  readonly participants: number;
  readonly adHocParticipants: number;
  /** Of a group that says nothing. */
  readonly groupParticipants: number;
  /** In the list of one large message, or of files. */
  readonly recipients: number;
  /** Of one message, its envelope included. */
  readonly messageBytes: number;
  /** Of one document of the conference state. */
  readonly stateBytes: number;
}

export interface ConferenceTimes {
  /** How long an invitation may ring. Clause 7.9 */
  readonly inviteMs: number;
  /** How long somebody may be alone. Clause 16.6 */
  readonly aloneMs: number;
  /** After a restart they may come back for so long, before it is seen who is left. */
  readonly returnMs: number;
  /** Without a word. Clause 16.6 */
  readonly idleMs: number;
  /** Changes of the conference state are gathered so long. Clause 10.2 */
  readonly gatherMs: number;
  /** Of an ad-hoc session. Clause 16.6 */
  readonly adHocMs: number;
}

export const CONFERENCE_TIMES: ConferenceTimes = {
  inviteMs: 120_000,
  aloneMs: 30_000,
  returnMs: 180_000, // more than a client waits before its last try. Clause 4.9
  idleMs: 4 * 3_600_000,
  gatherMs: 1_000,
  adHocMs: 7 * 86_400_000,
};
