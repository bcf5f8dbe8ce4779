/** One who takes part in a session, or is asked to: who he is, and how the others see him. Clause 7.2.3.2 */
import type { ConferenceUser, Endpoint, EndpointMedia, Execution } from "@parlance/formats";
import {
  type Appearance,
  displayTextOf,
  endpointEntity,
  type GroupRights,
  type Role,
} from "@parlance/im";
import type { Uri } from "@parlance/sip";
import type { Originator, RoomMember, User } from "../../ports/index.ts";
import type { Departure, ParticipantDevice } from "./model.ts";

/**
 * `invited`: his devices ring. `present`: at least one of them is in. `gone`: he may come back, as who he was.
 * `expelled`: he may not.
 */
export type ParticipantState = "invited" | "present" | "gone" | "expelled";

export interface Person {
  /** Address key. */
  readonly address: string;
  readonly uri: Uri;
  /** Address keys that he may call his own. */
  readonly identities: readonly string[];
  /** Set when he is one of ours. */
  readonly user: User | undefined;
}

export class Participant implements Person {
  readonly address: string;
  readonly uri: Uri;
  readonly user: User | undefined;
  identities: readonly string[];
  appearance: Appearance;
  state: ParticipantState;
  roles: readonly Role[] = [];
  mayWrite = true;
  /** Whoever moderates wants him to read alone. */
  muted = false;
  rights: GroupRights;
  /** The others do not learn that he is asked to come. RFC 5364 §4 */
  readonly hidden: boolean;
  /** The server has begun anew, and he has not come back yet: he is in, without a device. */
  awaited = false;
  /** He was in, and has not left of his own will: who comes back is not welcomed anew. */
  lost = false;
  /** What he asked to be called when he came. */
  wish: string | undefined;
  /** Of the page on which he may choose a name: it is not for him any more. */
  withdrawPage: (() => void) | undefined;
  /** He is seen to have what is said kept for him. Clause 15.1 */
  records = false;
  /** What he calls it; empty: nothing. Undefined: he has not asked for it. It outlives the server, as he does. */
  recordsAs: string | undefined;
  method: "dialed-in" | "dialed-out" = "dialed-in";
  /** Epoch ms. */
  joinedAt: number | undefined;
  readonly devices = new Set<ParticipantDevice>();

  constructor(
    { address, uri, identities, user }: Person,
    of: {
      readonly appearance: Appearance;
      readonly rights: GroupRights;
      readonly state: ParticipantState;
      readonly hidden?: boolean;
    },
  ) {
    this.address = address;
    this.uri = uri;
    this.identities = identities;
    this.user = user;
    this.appearance = of.appearance;
    this.rights = of.rights;
    this.state = of.state;
    this.hidden = of.hidden ?? false;
  }

  get entity(): string {
    return this.appearance.entity;
  }

  /** As the room has to know him. */
  get member(): RoomMember {
    const { address: key, appearance, identities, mayWrite, rights } = this;
    const mayWritePrivately = mayWrite && rights.privateMessages;
    return { key, appearance, identities, mayWrite, mayWritePrivately };
  }

  /** In whose name requests go that he causes. */
  get originator(): Originator {
    const { uri, address, user, appearance } = this;
    return { uri, address, user, anonymous: appearance.anonymous };
  }
}

/** Who asks, as the core has found out. */
export function personOf({ address, uri, user }: Originator): Person {
  return { address, uri, user, identities: user?.identities ?? [address] };
}

/** `<user>` as everybody may see it; `departure` when the last of his devices has gone. RFC 4575 §5.6, §5.7 */
export function conferenceUserOf(one: Participant, departure?: Departure): ConferenceUser {
  const { appearance, roles, devices } = one;
  return {
    entity: appearance.entity,
    yourOwn: false, // said to himself alone. Appendix M
    displayText: displayTextOf(appearance),
    nickname: appearance.alias,
    associatedAors: [],
    roles,
    languages: [],
    cascadedFocus: undefined,
    endpoints:
      departure === undefined
        ? [
            ...[...devices].map((device) => endpointOf(one, device)),
            ...(one.state === "invited" && devices.size === 0 ? [awaitedEndpoint(one)] : []),
            ...(one.records ? [recorderOf(one)] : []),
          ]
        : [goneEndpoint(one.entity, departure)],
  };
}

function endpointOf(one: Participant, { contact, status }: ParticipantDevice): Endpoint {
  const connected = status === "connected";
  return {
    ...NOTHING_SAID,
    entity: endpointEntity(one.appearance, contact),
    status: connected && one.muted ? "muted-via-focus" : status,
    joiningMethod: one.method,
    joiningInfo: connected ? whenOf(one.joinedAt) : undefined,
    media: connected ? [one.mayWrite ? SPEAKS : LISTENS] : [],
  };
}

/** None of his devices is there, and some may be soon. RFC 4575 §5.7.3 */
function awaitedEndpoint({ entity, method }: Participant): Endpoint {
  return { ...NOTHING_SAID, entity, status: "pending", joiningMethod: method };
}

/** Clause 15.1 */
function recorderOf({ appearance }: Participant): Endpoint {
  return {
    ...NOTHING_SAID,
    entity: endpointEntity(appearance, "history"),
    displayText: "history",
    status: "connected",
    joiningMethod: "dialed-out",
    media: [LISTENS],
  };
}

/** One of whom nothing is told but that, and why, he has not come. */
export function goneUserOf(entity: string, departure: Departure): ConferenceUser {
  return {
    entity,
    yourOwn: false,
    displayText: undefined,
    nickname: undefined,
    associatedAors: [],
    roles: [],
    languages: [],
    cascadedFocus: undefined,
    endpoints: [goneEndpoint(entity, departure)],
  };
}

function goneEndpoint(entity: string, { method, reason, at }: Departure): Endpoint {
  return {
    ...NOTHING_SAID,
    entity,
    status: "disconnected",
    disconnectionMethod: method,
    disconnectionInfo: { when: new Date(at).toISOString(), reason, by: undefined },
  };
}

function whenOf(at: number | undefined): Execution | undefined {
  if (at === undefined) return undefined;
  return { when: new Date(at).toISOString(), reason: undefined, by: undefined };
}

const NOTHING_SAID: Omit<Endpoint, "entity"> = {
  displayText: undefined,
  referred: undefined,
  status: undefined,
  joiningMethod: undefined,
  joiningInfo: undefined,
  disconnectionMethod: undefined,
  disconnectionInfo: undefined,
  media: [],
};

const SPEAKS: EndpointMedia = {
  id: "1",
  displayText: undefined,
  type: "message",
  label: "1",
  srcId: undefined,
  status: "sendrecv",
};
const LISTENS: EndpointMedia = { ...SPEAKS, status: "recvonly" }; // RFC 4575 §5.8.5
