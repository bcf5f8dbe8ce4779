/** Devices that their users have signed out from another one: they may not register any more. RFC 3680 §5.3 ("rejected") */
import { instanceOf, type NameAddr } from "@parlance/sip";
import type { Log } from "../../ports/index.ts";
import type { SettingsStore } from "../../store/index.ts";

export interface SignedOutPorts {
  readonly store: SettingsStore;
  readonly log: Log;
}

const PREFIX = "signed out ";
/** Of one user; the oldest may come back after so many others. A device that signs in anew has another instance. */
const MOST = 50;
const MOST_USERS = 1_000_000;

export class SignedOut {
  readonly #ports: SignedOutPorts;
  /** Instances, by address of the user, the oldest first. */
  readonly #of = new Map<string, readonly string[]>();

  constructor(ports: SignedOutPorts) {
    this.#ports = ports;
  }

  /** Before the first request is taken. */
  async start(): Promise<void> {
    for (const [key, value] of await this.#ports.store.list(PREFIX, MOST_USERS)) {
      const instances = readInstances(value);
      if (instances === undefined)
        this.#ports.log.error("signed out devices not readable", { key });
      else this.#of.set(key.slice(PREFIX.length), instances);
    }
  }

  /** One of these contacts is of such a device. */
  refuses(user: string, contacts: readonly NameAddr[] | "all"): boolean {
    const instances = this.#of.size === 0 ? undefined : this.#of.get(user);
    if (instances === undefined || contacts === "all") return false;
    return contacts.some((one) => instances.includes(instanceOf(one) ?? ""));
  }

  /** In force at once; durable when it resolves. */
  async add(user: string, instance: string): Promise<void> {
    const others = (this.#of.get(user) ?? []).filter((one) => one !== instance);
    const all = [...others, instance].slice(-MOST);
    this.#of.set(user, all);
    await this.#ports.store.put(PREFIX + user, JSON.stringify(all));
  }

  /** The account is gone. */
  async forget(user: string): Promise<void> {
    if (this.#of.delete(user)) await this.#ports.store.remove(PREFIX + user);
  }
}

/** What `add` has written; undefined for anything else. */
function readInstances(value: string): readonly string[] | undefined {
  try {
    const read: unknown = JSON.parse(value);
    return Array.isArray(read) ? read.filter((one) => typeof one === "string") : undefined;
  } catch {
    return undefined;
  }
}
