/** Keeps what users send and get, for those who have set so; nobody waits for it. OMA IM 13, IM-5.2.4-08f */
import type { Uri } from "@parlance/sip";
import type { Clock, Random } from "@parlance/wire";
import type {
  Counter,
  LimitWatch,
  Log,
  Metrics,
  Passage,
  Recording,
  User,
  UserSettings,
} from "../ports/index.ts";
import { type HistoryQuota, type HistoryStore, TimeOrderedIds } from "../store/index.ts";
import { type KeepingRules, keptMs } from "./keeping-times.ts";
import { recordOf } from "./record.ts";

export interface RecorderPorts {
  readonly store: Pick<HistoryStore, "add">;
  readonly settings: Pick<UserSettings, "keepsHistory">;
  readonly keyOf: (uri: Uri) => string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly hits: LimitWatch;
  /** Something was kept for the user. */
  readonly kept: (user: User) => void;
}

export interface RecorderOptions {
  readonly quota: HistoryQuota;
  readonly keeping: KeepingRules;
}

export class HistoryRecorder implements Recording {
  readonly #ports: RecorderPorts;
  readonly #options: RecorderOptions;
  readonly #ids: TimeOrderedIds;
  readonly #kept: Counter;
  readonly #lost: Counter;

  constructor(ports: RecorderPorts, options: RecorderOptions) {
    this.#ports = ports;
    this.#options = options;
    this.#ids = new TimeOrderedIds(ports.random);
    this.#kept = ports.metrics.counter("history_kept", "Messages kept for their users");
    this.#lost = ports.metrics.counter(
      "history_lost",
      "Messages that were to be kept and were not",
    );
  }

  listensTo(user: User): boolean {
    return this.#ports.settings.keepsHistory(user, "messages"); // IM-5.2.4-08f
  }

  sent(passage: Passage, user: User): void {
    this.#record(passage, user, "sent");
  }

  received(passage: Passage, user: User): void {
    this.#record(passage, user, "received");
  }

  #record(passage: Passage, user: User, direction: "sent" | "received"): void {
    if (!this.listensTo(user)) return;
    this.#keep(passage, user, direction).catch((error: unknown) => {
      this.#lost.add();
      this.#ports.log.warn("history not kept", { error: String(error) });
    });
  }

  async #keep(passage: Passage, user: User, direction: "sent" | "received"): Promise<void> {
    const { store, clock, hits, keyOf } = this.#ports;
    const now = clock.now();
    const id = this.#ids.next(now);
    const { quota, keeping } = this.#options;
    const record = recordOf({ passage, user, direction, id, expiresAt: now, keyOf });
    if (record === undefined) return;
    const expiresAt = now + keptMs(keeping, user.name, record.conversation);
    const result = await store.add({ ...record, expiresAt }, quota);
    if (result === "over quota") {
      this.#lost.add();
      hits.hit("historyMessagesPerUser");
      return;
    }
    this.#kept.add();
    this.#ports.kept(user);
  }
}
