/** Whose line of the ladder a step ends on: a user, where it can be known, else an address. The server has its own. */
import type { Step } from "./step.ts";

export interface Lane {
  readonly key: string;
  /** What stands at its head. */
  readonly name: string;
  /** Below it: transport and address, or how many. */
  readonly places: readonly string[];
}

export type LaneBy = "user" | "connection";

/** Learns as steps come: who is behind a connection, and behind a session of MSRP. */
export class Lanes {
  readonly #by: LaneBy;
  readonly #named: ReadonlyMap<string, string>;
  readonly #users = new Map<string, string>();
  readonly #sessions = new Map<string, string>();
  readonly #lanes = new Map<string, { name: string; places: Set<string> }>();

  /** `named`: what users are called, where that is known, by address. */
  constructor(by: LaneBy, named: ReadonlyMap<string, string> = new Map()) {
    this.#by = by;
    this.#named = named;
  }

  /** In the order in which they were first seen. */
  get all(): readonly Lane[] {
    return Array.from(this.#lanes, ([key, { name, places }]) => ({
      key,
      name,
      places: [...places],
    }));
  }

  /** The key of its lane; undefined for what stays in the server. */
  take(step: Step): string | undefined {
    if (step.direction === "here") return undefined;
    const user = this.#userOf(step);
    const key = this.#by === "user" && user !== undefined ? user : `${step.transport} ${step.peer}`;
    const lane = this.#lanes.get(key) ?? {
      name: this.#nameOf(user ?? step.peer),
      places: new Set(),
    };
    if (user !== undefined) lane.name = this.#nameOf(user);
    const place = `${step.peer} ${step.transport}`.trim();
    if (lane.places.size < MOST_PLACES) lane.places.add(place);
    this.#lanes.set(key, lane);
    return key;
  }

  #nameOf(address: string): string {
    return this.#named.get(address) ?? nameOf(address);
  }

  #userOf(step: Step): string | undefined {
    if (step.owner !== undefined) return step.owner;
    if (step.protocol === "http") return step.users[0];
    if (step.protocol === "msrp") return this.#ofSessions(step);
    const user = this.#ofSip(step);
    if (user !== undefined) for (const id of step.sessions) this.#sessions.set(id, user);
    return user;
  }

  #ofSessions({ sessions, flow }: Step): string | undefined {
    for (const id of sessions) {
      const user = this.#sessions.get(id);
      if (user === undefined) continue;
      this.#users.set(flow, user);
      return user;
    }
    return this.#users.get(flow);
  }

  /** Who sends requests by a connection is behind it; else whom they are sent to. */
  #ofSip(step: Step): string | undefined {
    const { direction, form, flow, from } = step;
    if (direction === "in" && form === "request" && from !== undefined && !isAnonymous(from)) {
      this.#users.set(flow, from);
    }
    const known = this.#users.get(flow);
    if (known !== undefined) return known;
    const user = direction === "out" && form === "request" ? targetOf(step) : undefined;
    if (user !== undefined) this.#users.set(flow, user);
    return user;
  }
}

const MOST_PLACES = 50;

/** The user whom the Request-URI names, whatever device it is. */
function targetOf({ title, users, to }: Step): string | undefined {
  const [, name] = /^\S+ sips?:([^@\s;]{1,64})@/.exec(title) ?? [];
  const same = users.find((user) => name !== undefined && user.startsWith(`sip:${name}@`));
  return same ?? to;
}

function isAnonymous(address: string): boolean {
  return address.includes("anonymous.invalid");
}

/** `alice` of `sip:alice@example.com`. */
export function nameOf(address: string): string {
  const [, name] = /^sips?:([^@]{1,64})@/.exec(address) ?? [];
  return name ?? address;
}
