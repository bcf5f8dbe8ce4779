/** What a user owns, as applications see it: a thin door to the part that does the work, which is loaded when it is asked. */
import { ImError } from "../base/errors.ts";
import { Later } from "../base/later.ts";
import { parts } from "../parts.ts";
import type { Owned, OwnedEvents, OwnedPorts } from "./owned.ts";

/** Methods of each part that applications may call, all of them asynchronous. */
const METHODS = {
  settings: ["get", "set"],
  documents: ["read", "write", "remove", "change", "list"],
  blocked: ["list", "has", "add", "remove"],
  groups: ["list", "get", "create", "addMembers", "removeMembers", "edit", "delete"],
  contacts: ["lists", "add", "remove", "rename", "addList", "removeList", "renameList"],
  profile: ["get", "set", "of"],
  directory: ["list"],
  devices: ["list", "signOut"],
} as const;

type Listed = typeof METHODS;
type Methods = Readonly<Record<string, (...how: readonly unknown[]) => Promise<unknown>>>;

export type OwnedParts = {
  readonly [Name in keyof Listed]: Pick<
    Awaited<Owned[Name]>,
    Listed[Name][number] & keyof Awaited<Owned[Name]>
  >;
};

/** Under which the settings of an earlier run are in the store. */
const SETTINGS_KEY = "settings";

export class OwnedWhenAsked {
  readonly parts: OwnedParts = this.#doors();
  readonly #ports: Omit<OwnedPorts, "parts">;
  readonly #later = new Later(() => this.#load());
  #loaded: Owned | undefined;
  #restored = false;
  #ended = false;

  constructor(ports: Omit<OwnedPorts, "parts">) {
    this.#ports = ports;
  }

  /** Somebody listens. */
  watch(event: keyof OwnedEvents): void {
    this.#part()
      .then((owned) => owned.watch(event))
      .catch(this.#ports.report);
  }

  /** There is a line: what an earlier run has set goes on to hold. */
  lineIsBack(): void {
    this.#loaded?.lineIsBack();
    if (this.#restored) return;
    this.#restored = true;
    this.#restore().catch(this.#ports.report);
  }

  end(): void {
    this.#ended = true;
    this.#loaded?.end();
  }

  async #restore(): Promise<void> {
    if ((await this.#ports.store.value(SETTINGS_KEY)) === undefined) return;
    if (this.#ended) return;
    const settings = await (await this.#part()).settings;
    await settings.restore();
  }

  #part(): Promise<Owned> {
    if (this.#ended) return Promise.reject(new ImError("closed"));
    return this.#later.get();
  }

  async #load(): Promise<Owned> {
    const { Owned } = await parts.owned();
    if (this.#ended) throw new ImError("closed");
    this.#loaded = new Owned({ ...this.#ports, parts });
    return this.#loaded;
  }

  #doors(): OwnedParts {
    const door = <Name extends keyof OwnedParts>(name: Name): OwnedParts[Name] => {
      const methods = (METHODS[name] as readonly string[]).map((method) => [
        method,
        async (...how: readonly unknown[]) => {
          const owned = await this.#part();
          const part = (await owned[name]) as unknown as Methods; // METHODS has its names
          return part[method]?.(...how);
        },
      ]);
      return Object.fromEntries(methods) as OwnedParts[Name]; // each by its own name
    };
    return {
      settings: door("settings"),
      documents: door("documents"),
      blocked: door("blocked"),
      groups: door("groups"),
      contacts: door("contacts"),
      profile: door("profile"),
      directory: door("directory"),
      devices: door("devices"),
    };
  }
}
