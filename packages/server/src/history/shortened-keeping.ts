/** A rule of the operator that has become shorter holds for what is kept already, too: brought to it part by part. */
import type { Cancel, Clock } from "@parlance/wire";
import type { Log } from "../ports/index.ts";
import type { HistoryScope, HistoryStore, SettingsStore } from "../store/index.ts";
import type { KeepingRules } from "./keeping-times.ts";

export interface ShortenedKeepingPorts {
  readonly store: Pick<HistoryStore, "shorten">;
  /** Which rules all that is kept has been brought to. */
  readonly settings: SettingsStore;
  readonly clock: Clock;
  readonly log: Log;
}

interface Rule {
  readonly key: string;
  readonly scope: HistoryScope;
  readonly keepMs: number;
}

const PREFIX = "history kept ";
const MOST_RULES = 10_000;
const AT_ONCE = 200;
const REST_MS = 50; // lets traffic through between two parts

export class ShortenedKeeping {
  readonly #ports: ShortenedKeepingPorts;
  readonly #rules: readonly Rule[];
  #next: Cancel = () => {};
  #stopped = false;

  constructor({ users, groups }: KeepingRules, ports: ShortenedKeepingPorts) {
    this.#ports = ports;
    this.#rules = [
      ...[...users].map(([name, keepMs]) => ruleOf("owner", name, keepMs)),
      ...[...groups].map(([name, keepMs]) => ruleOf("conversation", name, keepMs)),
    ];
  }

  start(): void {
    this.#run().catch((error: unknown) => {
      if (!this.#stopped) this.#ports.log.error("history not shortened", { error: String(error) });
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#next();
  }

  async #run(): Promise<void> {
    const { settings } = this.#ports;
    const done = new Map(await settings.list(PREFIX, MOST_RULES));
    const keys = new Set(this.#rules.map(({ key }) => key));
    for (const key of done.keys()) if (!keys.has(key)) await settings.remove(key);
    for (const { key, scope, keepMs } of this.#rules) {
      if (done.get(key) === String(keepMs)) continue;
      if (!(await this.#bring(scope, keepMs))) return;
      await settings.put(key, String(keepMs));
    }
  }

  /** False: the server ends, and the next one begins anew. */
  async #bring(scope: HistoryScope, keepMs: number): Promise<boolean> {
    let after: number | undefined;
    do {
      after = await this.#ports.store.shorten(scope, keepMs, after, AT_ONCE);
      if (after !== undefined) await this.#rest();
    } while (after !== undefined && !this.#stopped);
    return !this.#stopped;
  }

  #rest(): Promise<void> {
    return new Promise((resolve) => {
      this.#next = this.#ports.clock.schedule(REST_MS, resolve);
    });
  }
}

function ruleOf(of: HistoryScope["of"], name: string, keepMs: number): Rule {
  return { key: `${PREFIX}${of} ${name}`, scope: { of, name }, keepMs };
}
