/** Sessions that run, as the operator sees and ends them. What is said in them is not his to see. */
import { displayTextOf } from "@parlance/im";
import { addressKey, parseUri } from "@parlance/sip";
import { parsed, type Random } from "@parlance/wire";
import {
  type Conference,
  type Conferences,
  changeSubject,
  mayBeSubject,
  type Participant,
} from "./controlling/index.ts";
import type { AnchoredSessions, SessionFacts, SessionOfTwo } from "./participating/index.ts";
import type { MediaFacts } from "./ports/index.ts";

/** One device in a session. */
export interface LegView extends MediaFacts {
  readonly id: string;
  /** Address key of whose device it is. */
  readonly party: string;
  readonly contact: string | undefined;
}

export interface SessionView {
  readonly id: string;
  readonly kind: "one-to-one" | "ad-hoc" | "pre-defined" | "chat room";
  /** Of a session of many. */
  readonly identity: string | undefined;
  readonly group: string | undefined;
  readonly subject: string | undefined;
  /** Nobody new may come in. */
  readonly locked: boolean;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly participants: readonly {
    readonly address: string;
    readonly name: string | undefined;
    readonly state: "invited" | "present";
    readonly roles: readonly string[];
    /** He may not write. */
    readonly muted: boolean;
  }[];
  readonly legs: readonly LegView[];
}

/** What is to be otherwise in a session of many. */
export interface Moderation {
  /** Empty: that of its group, or none. */
  readonly subject?: string | undefined;
  readonly locked?: boolean | undefined;
}

export type ModerationDenial =
  | "no such session"
  | "no such participant"
  | "not a session of many"
  | "subject not usable";

interface Anchored {
  readonly session: SessionOfTwo;
  readonly facts: SessionFacts;
}

const RUN_BITS = 64;
const ENDED = "ended by the operator";

export class LiveSessions {
  readonly #anchored: AnchoredSessions | undefined;
  readonly #conferences: Conferences | undefined;
  /** Of this run: an id that somebody has noted before a restart means nothing after it. */
  readonly #run: string;
  readonly #ids = new WeakMap<object, string>();
  #last = 0;

  constructor(
    of: {
      readonly anchored: AnchoredSessions | undefined;
      readonly conferences: Conferences | undefined;
    },
    random: Random,
  ) {
    this.#anchored = of.anchored;
    this.#conferences = of.conferences;
    this.#run = `s${random.token(RUN_BITS)}`; // what begins with a hyphen is an option in commands
  }

  /** The oldest first, at most `limit`, those behind the id `after`. */
  page(
    after: string | undefined,
    limit: number,
  ): { readonly sessions: readonly SessionView[]; readonly next: string | undefined } {
    const all = [...this.#all()];
    const from =
      after === undefined ? 0 : all.findIndex((one) => this.#sessionId(one) === after) + 1;
    if (from === 0 && after !== undefined) return { sessions: [], next: undefined };
    const some = all.slice(from, from + limit);
    const last = some.at(-1);
    const more = from + limit < all.length && last !== undefined;
    return {
      sessions: some.map((one) => this.#view(one)),
      next: more ? this.#sessionId(last) : undefined,
    };
  }

  find(id: string): SessionView | undefined {
    const found = this.#named(id);
    return found && this.#view(found);
  }

  /** Those that a user is in, or is asked to come to. */
  of(address: string): readonly SessionView[] {
    return [...this.#all()].filter((one) => isIn(one, address)).map((one) => this.#view(one));
  }

  /** For everybody who is in it; false: there is no such session. */
  end(id: string): boolean {
    const found = this.#named(id);
    if (found === undefined) return false;
    if ("session" in found) found.session.end();
    else found.end(ENDED);
    return true;
  }

  /** Takes a user out of all his sessions: how many there were. */
  leave(address: string): number {
    const all = [...this.#all()].filter((one) => isIn(one, address));
    for (const one of all) {
      if ("session" in one) one.session.end();
      else for (const device of one.people.get(address)?.devices ?? []) device.end(ENDED);
    }
    return all.length;
  }

  /** One device; where there are but two, the session ends. */
  cut(id: string, leg: string): "done" | "no such session" | "no such leg" {
    const found = this.#named(id);
    if (found === undefined) return "no such session";
    if ("session" in found) {
      if (![...found.session.legs].some((one) => legId(one) === leg)) return "no such leg";
      found.session.end();
      return "done";
    }
    const device = found.devices.find((one) => this.#idOf(one) === leg);
    if (device === undefined) return "no such leg";
    device.end(ENDED);
    return "done";
  }

  /** That of a group or room. */
  ofGroup(identity: string): SessionView | undefined {
    const conference = this.#conferences?.ofGroup(identity);
    return conference && this.#conferenceView(conference);
  }

  /** Sends somebody out of a session of many, for as long as it lasts. */
  expel(id: string, address: string): "done" | ModerationDenial {
    return this.#moderated(id, address, (conference, who) =>
      this.#conferences?.expel(conference, who),
    );
  }

  /** Lets somebody read alone, or write again. */
  mute(id: string, address: string, muted: boolean): "done" | ModerationDenial {
    return this.#moderated(id, address, (conference, who) => conference.mute(who, muted));
  }

  moderate(id: string, { subject, locked }: Moderation): "done" | ModerationDenial {
    const found = this.#named(id);
    if (found === undefined) return "no such session";
    if ("session" in found) return "not a session of many";
    if (subject !== undefined && !mayBeSubject(subject)) return "subject not usable";
    if (subject !== undefined) changeSubject(subject, found);
    if (locked !== undefined) found.locked = locked;
    return "done";
  }

  #moderated(
    id: string,
    address: string,
    act: (conference: Conference, who: Participant) => void,
  ): "done" | ModerationDenial {
    const found = this.#named(id);
    if (found === undefined) return "no such session";
    if ("session" in found) return "not a session of many";
    const read = parsed(() => parseUri(address));
    const one = found.people.get(read.ok ? addressKey(read.value) : address);
    if (one === undefined || one.state === "gone") return "no such participant";
    act(found, one);
    return "done";
  }

  *#all(): IterableIterator<Anchored | Conference> {
    for (const [session, facts] of this.#anchored ?? []) yield { session, facts };
    for (const [session, facts] of this.#anchored?.interworked ?? []) yield { session, facts };
    for (const conference of this.#conferences ?? []) yield conference;
  }

  #named(id: string): Anchored | Conference | undefined {
    for (const one of this.#all()) if (this.#sessionId(one) === id) return one;
    return undefined;
  }

  #sessionId(one: Anchored | Conference): string {
    return this.#idOf("session" in one ? one.session : one);
  }

  #idOf(one: object): string {
    const known = this.#ids.get(one);
    if (known !== undefined) return known;
    this.#last += 1;
    const id = `${this.#run}-${this.#last}`;
    this.#ids.set(one, id);
    return id;
  }

  #view(one: Anchored | Conference): SessionView {
    return "session" in one ? this.#anchoredView(one) : this.#conferenceView(one);
  }

  #anchoredView(one: Anchored): SessionView {
    const { session, facts } = one;
    const [near = "", far = ""] = facts.parties;
    return {
      id: this.#sessionId(one),
      kind: "one-to-one",
      identity: undefined,
      group: undefined,
      subject: undefined,
      locked: false,
      startedAt: facts.startedAt,
      participants: [
        { address: near, name: undefined, state: "present", roles: [], muted: false },
        {
          address: far,
          name: undefined,
          state: session.established ? "present" : "invited",
          roles: [],
          muted: false,
        },
      ],
      legs: [...session.legs].map((leg) => ({
        id: legId(leg),
        party: leg.side === "near" ? near : far,
        contact: undefined,
        ...leg.leg.facts,
      })),
    };
  }

  #conferenceView(conference: Conference): SessionView {
    const { kind, identity, group, subject, locked, startedAt, people } = conference;
    const here = [...people].flatMap((one) => {
      const { address, state, roles, appearance, muted } = one;
      if (state !== "present" && state !== "invited") return [];
      return [{ address, name: displayTextOf(appearance), state, roles: [...roles], muted }];
    });
    const legs = [...people].flatMap(({ address: party, devices }) =>
      [...devices].flatMap((device) => {
        const { contact, leg } = device;
        return leg === undefined ? [] : [{ id: this.#idOf(device), party, contact, ...leg.facts }];
      }),
    );
    const id = this.#idOf(conference);
    return {
      id,
      kind,
      identity,
      group: group?.identity,
      subject,
      locked,
      startedAt,
      participants: here,
      legs,
    };
  }
}

function isIn(one: Anchored | Conference, address: string): boolean {
  if ("session" in one) return one.facts.parties.includes(address);
  return one.people.get(address)?.state === "present";
}

function legId({ side, place }: { readonly side: string; readonly place: number }): string {
  return `${side}-${place}`;
}
