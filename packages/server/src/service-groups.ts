/** Groups and chat rooms of the service: those of the configuration, and those that an operator makes while it runs. */
import { addressKey, sipUri } from "@parlance/sip";
import {
  type ConfiguredGroup,
  type ConfiguredRoom,
  configuredGroup,
  configuredRoom,
  type Group,
  type GroupListener,
  type Groups,
} from "./controlling/index.ts";
import type { Log } from "./ports/index.ts";
import type { SettingsStore } from "./store/index.ts";

/** What an operator says of one. */
export type ServiceGroup =
  | ({ readonly kind: "group" } & Omit<ConfiguredGroup, "historySeconds">)
  | ({ readonly kind: "room" } & Omit<ConfiguredRoom, "historySeconds">);

export interface KnownGroup {
  readonly group: Group;
  readonly said: ServiceGroup;
  readonly source: "configuration" | "operator";
}

export interface ServiceGroupsPorts {
  readonly store: SettingsStore;
  readonly log: Log;
  readonly domain: string;
}

const PREFIX = "group ";
/** Of those that an operator makes: beyond, users had better keep them as documents. */
const MOST = 1_000;

export class ServiceGroups implements Groups {
  readonly #ports: ServiceGroupsPorts;
  /** By identity. */
  readonly #known = new Map<string, KnownGroup>();
  readonly #listeners: GroupListener[] = [];

  constructor(
    {
      groups,
      rooms,
    }: {
      readonly groups: readonly ConfiguredGroup[];
      readonly rooms: readonly ConfiguredRoom[];
    },
    ports: ServiceGroupsPorts,
  ) {
    this.#ports = ports;
    for (const group of groups) this.#know({ kind: "group", ...group }, "configuration");
    for (const room of rooms) this.#know({ kind: "room", ...room }, "configuration");
  }

  find(identity: string): Group | undefined {
    return this.#known.get(identity)?.group;
  }

  known(identity: string): KnownGroup | undefined {
    return this.#known.get(identity);
  }

  get all(): Iterable<KnownGroup> {
    return this.#known.values();
  }

  onChange(listener: GroupListener): void {
    this.#listeners.push(listener);
  }

  /** Before the first request is taken. */
  async start(): Promise<void> {
    for (const [key, value] of await this.#ports.store.list(PREFIX, MOST)) {
      const said = readSaid(value);
      if (said === undefined) this.#ports.log.error("group not readable", { key });
      else if (this.find(this.identityOf(said)) === undefined) this.#know(said, "operator");
    }
  }

  identityOf(said: ServiceGroup): string {
    return groupOf(said, this.#ports.domain).identity;
  }

  /** Durable when it resolves, and then in use. Whether the name is free is for the caller to know. */
  async put(said: ServiceGroup): Promise<KnownGroup | "too many"> {
    const identity = this.identityOf(said);
    const made = [...this.#known.values()].filter(({ source }) => source === "operator");
    if (!this.#known.has(identity) && made.length >= MOST) return "too many";
    await this.#ports.store.put(PREFIX + identity, JSON.stringify(said));
    const known = this.#know(said, "operator");
    this.#tell(identity, known.group);
    return known;
  }

  /** An account is gone: whoever gets its name has not been let in. */
  async forget(address: string): Promise<void> {
    for (const { said, source } of this.#known.values()) {
      if (source !== "operator") continue;
      const list = said.kind === "room" ? (said.moderators ?? []) : said.members;
      const left = list.filter((one) => addressOf(one, this.#ports.domain) !== address);
      if (left.length === list.length) continue;
      await this.put(
        said.kind === "room" ? { ...said, moderators: left } : { ...said, members: left },
      );
    }
  }

  /** False: the operator has made no such group. */
  async remove(identity: string): Promise<boolean> {
    if (this.#known.get(identity)?.source !== "operator") return false;
    await this.#ports.store.remove(PREFIX + identity);
    this.#known.delete(identity);
    this.#tell(identity, undefined);
    return true;
  }

  #know(said: ServiceGroup, source: KnownGroup["source"]): KnownGroup {
    const group = groupOf(said, this.#ports.domain);
    const known = { group, said, source };
    this.#known.set(group.identity, known);
    return known;
  }

  #tell(identity: string, group: Group | undefined): void {
    for (const listener of this.#listeners) listener(identity, group);
  }
}

function addressOf(name: string, domain: string): string {
  return name.includes(":") ? name : addressKey(sipUri(name, domain));
}

function groupOf(said: ServiceGroup, domain: string): Group {
  return said.kind === "room" ? configuredRoom(said, domain) : configuredGroup(said, domain);
}

/** What `put` has written; undefined for anything else. */
function readSaid(value: string): ServiceGroup | undefined {
  try {
    const said = JSON.parse(value);
    const usable =
      typeof said.name === "string" && (said.kind === "room" || Array.isArray(said.members));
    return usable ? said : undefined;
  } catch {
    return undefined;
  }
}
