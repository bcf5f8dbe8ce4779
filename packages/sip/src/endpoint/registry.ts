/** The live transactions and their limits. RFC 3261 §17, RFC 3261 §26.3.2.4 */
import { Chain, type Link, Lookup, type Place, type Wheel } from "@parlance/wire";
import type { Flow } from "./flow.ts";
import { type Remnant, Remnants } from "./remnants.ts";

/** A finished transaction that only absorbs repeats. */
export interface Evictable {
  forget(): void;
}

export class Registry<Server extends object, Client extends object> {
  readonly servers = new Lookup<Server | Remnant>();
  readonly clients = new Lookup<Client | Remnant>();
  readonly #servedRemnants: Remnants;
  readonly #askedRemnants: Remnants;
  /** In the order in which they ended: the oldest has the fewest repeats still to come. */
  readonly #finished = new Chain<Evictable>();
  readonly #unanswered = new Map<string, number>();
  readonly #limit: number;
  readonly #limitOf: (flow: Flow) => number;

  constructor(wheel: Wheel, limit: number, limitOf: (flow: Flow) => number) {
    this.#servedRemnants = new Remnants(wheel, ({ place }) => this.servers.leave(place));
    this.#askedRemnants = new Remnants(wheel, ({ place }) => this.clients.leave(place));
    this.#limit = limit;
    this.#limitOf = limitOf;
  }

  /** Finished ones give way to a new one, live ones do not. */
  hasRoom(): boolean {
    if (this.servers.size + this.clients.size < this.#limit) return true;
    if (this.#askedRemnants.dropOldest() || this.#servedRemnants.dropOldest()) return true;
    const oldest = this.#finished.first;
    oldest?.forget();
    return oldest !== undefined;
  }

  /** A request more that this source waits for; false when it waits for too many. */
  enter(flow: Flow): boolean {
    const { host } = flow.remote;
    const count = this.#unanswered.get(host) ?? 0;
    if (count >= this.#limitOf(flow)) return false;
    this.#unanswered.set(host, count + 1);
    return true;
  }

  leave(flow: Flow): void {
    const { host } = flow.remote;
    const count = this.#unanswered.get(host) ?? 0;
    if (count <= 1) this.#unanswered.delete(host);
    else this.#unanswered.set(host, count - 1);
  }

  /** In the place of a server transaction. */
  served(place: Place<Server | Remnant>, what: Omit<Remnant, "place">): void {
    const { until, answer } = what;
    const remnant = { until, answer, place };
    place.value = remnant;
    this.#servedRemnants.add(remnant);
  }

  /** In the place of a client transaction. */
  asked(place: Place<Client | Remnant>, until: number): void {
    const remnant = { until, answer: undefined, place };
    place.value = remnant;
    this.#askedRemnants.add(remnant);
  }

  /** The link is for `gone`. */
  finished(transaction: Evictable): Link<Evictable> {
    return this.#finished.add(transaction);
  }

  gone(finished: Link<Evictable>): void {
    this.#finished.remove(finished);
  }
}
