/** application/vnd.oma.poc.groups+xml: a pre-defined group or a chat room. OMA Shared Group XDM */
import type { MediaKind, Ruleset } from "../access-rules/index.ts";

export interface Group {
  /** The IM Group Identity. */
  readonly uri: string;
  readonly displayName: string | undefined;
  readonly entries: readonly GroupEntry[];
  /** Lists elsewhere that belong to the members: URIs of XCAP. */
  readonly externals: readonly string[];
  /** True: the members are invited. False: they join, and the group is a chat room. */
  readonly inviteMembers: boolean;
  readonly maxParticipants: number | undefined;
  readonly ruleset: Ruleset | undefined;
  readonly subject: string | undefined;
  /** Absent: whatever a server has to offer. */
  readonly services: readonly GroupService[] | undefined;
  readonly activity: SessionActivity | undefined;
  /** Only who may send others away may write. `GROUP_WORDS` */
  readonly moderatorsWrite: boolean;
  /** URIs of those who read what is written, and write nothing. `GROUP_WORDS` */
  readonly readers: readonly string[];
  /** Where its picture is. `GROUP_WORDS` */
  readonly avatar: string | undefined;
  /** Elements that must be understood, and are not: the group cannot be served. */
  readonly notUnderstood: readonly string[];
}

export interface GroupEntry {
  readonly uri: string;
  readonly displayName: string | undefined;
}

export interface GroupService {
  /** The feature tag of the service: `+g.oma.sip-im`. */
  readonly enabler: string;
  /** Absent: all media of the service. */
  readonly media: readonly MediaKind[] | undefined;
}

/** When a session of the group may be, and how long. */
export interface SessionActivity {
  readonly mustUnderstand: boolean;
  readonly maxDurationSeconds: number | undefined;
  /** Without one of these the session is not active. */
  readonly requiredParticipants: readonly string[];
  readonly minParticipants: number | undefined;
  /** Empty: at any time. */
  readonly schedule: readonly TimeRange[];
}

/** Dates and times of RFC 3339, as written. */
export interface TimeRange {
  readonly start: string | undefined;
  readonly end: string | undefined;
}

/** What a document says for which the specification has no word: `writers`, `readers`, `avatar`. */
export const GROUP_WORDS = "urn:parlance:group";

export const GROUP_TYPE = "application/vnd.oma.poc.groups+xml";
