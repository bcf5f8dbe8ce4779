/** Devices that have registered, can be woken, and have no connection now. RFC 8599 §5.3 */
import type { StoredBinding } from "../../store/index.ts";
import { type Due, Expiry } from "../registrar/expiry.ts";
import type { PushTarget } from "./push-target.ts";

/** What stands in `flow` of the binding of a device that has to be woken first. */
export const ASLEEP = "asleep";

export interface Sleeper extends PushTarget, Due {
  /** Address key of its user. */
  readonly user: string;
  readonly row: StoredBinding;
  /** When its registration ends. */
  readonly expiresAt: number;
  /** It is not woken for that. RFC 8599 §4.1.4 */
  readonly renewsItself: boolean;
}

/** A device with no more time than this is woken to register again. RFC 8599 §5.5 */
const REFRESH_MS = 120_000;

export class Sleepers {
  readonly #users = new Map<string, Sleeper[]>();
  readonly #expiry = new Expiry<Sleeper>();
  readonly #mostOfUser: number;
  #count = 0;

  constructor(mostOfUser: number) {
    this.#mostOfUser = mostOfUser;
  }

  get count(): number {
    return this.#count;
  }

  of(user: string): readonly Sleeper[] {
    return this.#users.get(user) ?? [];
  }

  /** Those that had to make room for it: the oldest. */
  add(sleeper: Sleeper): readonly Sleeper[] {
    const { user, row, expiresAt, prid, renewsItself } = sleeper;
    this.take(user, (one) => one.row.id === row.id || one.prid === prid);
    const known = this.#users.get(user) ?? [];
    const gone = known.splice(0, Math.max(0, known.length + 1 - this.#mostOfUser));
    for (const one of gone) this.#expiry.delete(one);
    this.#count += 1 - gone.length;
    this.#users.set(user, [...known, sleeper]);
    this.#expiry.expect(sleeper, renewsItself ? expiresAt : expiresAt - REFRESH_MS);
    return gone;
  }

  /** Takes out those that fit. */
  take(user: string, fits: (sleeper: Sleeper) => boolean = () => true): readonly Sleeper[] {
    const known = this.#users.get(user);
    if (known === undefined) return [];
    const gone = known.filter(fits);
    const left = known.filter((one) => !gone.includes(one));
    for (const one of gone) this.#expiry.delete(one);
    this.#count -= gone.length;
    if (left.length === 0) this.#users.delete(user);
    else this.#users.set(user, left);
    return gone;
  }

  /** At most `limit` whose time has come: to be woken once more, and those that are over, which are out. */
  due(now: number, limit: number): { readonly ending: Sleeper[]; readonly over: Sleeper[] } {
    const ending: Sleeper[] = [];
    const over: Sleeper[] = [];
    while (ending.length + over.length < limit) {
      const sleeper = this.#expiry.take(now);
      if (sleeper === undefined) break;
      if (sleeper.expiresAt <= now) {
        over.push(...this.take(sleeper.user, (one) => one === sleeper));
        continue;
      }
      ending.push(sleeper);
      this.#expiry.expect(sleeper, sleeper.expiresAt);
    }
    return { ending, over };
  }
}
