/** Puts messages into the history of a user, within his quota and for as long as they are to stay. OMA IM 13 */
import type { Clock, Random } from "@parlance/wire";
import type { Counter, LimitWatch, Log, Metrics, User } from "../ports/index.ts";
import {
  type HistoryQuota,
  type HistoryStore,
  type NewHistoryMessage,
  TimeOrderedIds,
} from "../store/index.ts";
import { type KeepingRules, keptMs } from "./keeping-times.ts";

export interface KeeperPorts {
  readonly store: Pick<HistoryStore, "add">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly hits: LimitWatch;
  /** There was no room for something. */
  readonly full: (user: User) => void;
  /** Something was kept for the user. */
  readonly kept: (user: User) => void;
}

export interface KeeperOptions {
  readonly quota: HistoryQuota;
  readonly keeping: KeepingRules;
}

/** A message as it is to be kept, before it has a place. */
export type Unkept = Omit<NewHistoryMessage, "id" | "owner" | "expiresAt">;

export class Keeper {
  readonly quota: HistoryQuota;
  readonly #ports: KeeperPorts;
  readonly #keeping: KeepingRules;
  readonly #ids: TimeOrderedIds;
  readonly #kept: Counter;
  readonly #lost: Counter;

  constructor(ports: KeeperPorts, { quota, keeping }: KeeperOptions) {
    this.#ports = ports;
    this.quota = quota;
    this.#keeping = keeping;
    this.#ids = new TimeOrderedIds(ports.random);
    const { metrics } = ports;
    this.#kept = metrics.counter("history_kept", "Messages kept for their users");
    this.#lost = metrics.counter("history_lost", "Messages that were to be kept and were not");
  }

  nextId(): string {
    return this.#ids.next(this.#ports.clock.now());
  }

  /** Epoch ms, of what is kept now. */
  expiryOf({ name }: User, conversation: string): number {
    return this.#ports.clock.now() + keptMs(this.#keeping, name, conversation);
  }

  /** Its id; undefined where there was no room. Rejects as the store does. */
  async keep(user: User, message: Unkept): Promise<string | undefined> {
    const { store, hits } = this.#ports;
    const id = this.nextId();
    const expiresAt = this.expiryOf(user, message.conversation);
    const result = await store.add({ ...message, id, owner: user.name, expiresAt }, this.quota);
    if (result === "over quota") {
      this.#lost.add();
      hits.hit("historyMessagesPerUser");
      this.#ports.full(user);
      return undefined;
    }
    this.#kept.add();
    this.#ports.kept(user);
    return id;
  }

  /** It was to be kept, and is not. */
  lost(reason: unknown): void {
    this.#lost.add();
    this.#ports.log.warn("history not kept", { error: String(reason) });
  }
}
