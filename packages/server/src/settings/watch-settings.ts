/** A user watches what holds for him: SUBSCRIBE `poc-settings` at his own address. RFC 4354 §5, RFC 6665 §4.2 */
import { type EntitySettings, formatImSettings, IM_SETTINGS_TYPE } from "@parlance/formats";
import type { NameAddr } from "@parlance/sip";
import type { Notifier, Passage, Towards, User, Verdict, Watch } from "../ports/index.ts";
import type { Composed } from "./compose.ts";
import { SETTINGS_PACKAGE } from "./publish-settings.ts";

export interface WatchPorts {
  readonly notifier: Notifier;
  readonly contact: (towards: Pick<Towards, "transport" | "local">) => NameAddr;
  readonly userNamed: (name: string) => User | undefined;
}

const PACKAGE = { name: SETTINGS_PACKAGE, bodyTypes: [IM_SETTINGS_TYPE], usualS: 3_600 };

export class SettingsWatchers {
  readonly #ports: WatchPorts;
  readonly #composed: (user: User) => Composed;
  /** What holds of the history while a user has not said. */
  readonly #keepsHistory: boolean;
  /** By account name. */
  readonly #watches = new Map<string, Set<Watch>>();

  constructor(ports: WatchPorts, composed: (user: User) => Composed, keepsHistory: boolean) {
    this.#ports = ports;
    this.#keepsHistory = keepsHistory;
    this.#composed = composed;
  }

  subscribe(passage: Passage, user: User): Verdict {
    const { notifier, contact, userNamed } = this.#ports;
    const allowed = (): boolean => userNamed(user.name)?.disabled === false;
    return notifier.subscribe(passage, {
      name: `${SETTINGS_PACKAGE} ${user.name}`,
      package: PACKAGE,
      contact,
      watch: (watch) => {
        const watches = this.#watches.get(user.name) ?? new Set();
        this.#watches.set(user.name, watches.add(watch));
        return {
          get allowed() {
            return allowed();
          },
          tell: () => ({
            type: IM_SETTINGS_TYPE,
            bytes: formatImSettings({
              entities: toldOf(user, this.#composed(user), this.#keepsHistory),
            }),
            more: false,
          }),
          over: () => {
            watches.delete(watch);
            if (watches.size === 0) this.#watches.delete(user.name);
          },
        };
      },
    });
  }

  changed({ name }: User): void {
    for (const watch of this.#watches.get(name) ?? []) watch.changed();
  }

  end({ name }: User): void {
    for (const watch of this.#watches.get(name) ?? []) watch.end("rejected");
  }
}

/** What holds for all devices is said in each entity; of a user whose devices say nothing, under his address. */
function toldOf(
  user: User,
  { entities, visible, lasting }: Composed,
  keepsHistory: boolean,
): readonly EntitySettings[] {
  const common = {
    visible,
    offlineDelivery: lasting.offlineDelivery ?? true,
    history: {
      sessions: lasting.storesSessions ?? keepsHistory,
      messages: lasting.storesMessages ?? keepsHistory,
    },
  };
  const silent = { sessions: false, messages: false, files: false };
  if (entities.length === 0) return [{ id: user.address, barring: silent, ...common }];
  return entities.map(({ id, barring }) => ({
    id,
    barring: {
      sessions: barring.sessions ?? false,
      messages: barring.messages ?? false,
      files: barring.files ?? false,
    },
    ...common,
  }));
}
