/** What a user owns, as applications see it: a thin door to the part that does the work, which is loaded when it is asked. */
import { ImError } from "../base/errors.ts";
import { parts } from "../parts.ts";
import type { Owned, OwnedEvents, OwnedPorts } from "./owned.ts";

/** Methods of a part, all of them asynchronous. */
type Door<Part, Names extends keyof Part> = Pick<Part, Names>;

export interface OwnedParts {
  readonly settings: Door<Owned["settings"], "get" | "set">;
  readonly documents: Door<Owned["documents"], "read" | "write" | "remove" | "change" | "list">;
  readonly blocked: Door<Owned["blocked"], "list" | "has" | "add" | "remove">;
  readonly groups: Door<
    Owned["groups"],
    "list" | "get" | "create" | "addMembers" | "removeMembers" | "edit" | "delete"
  >;
  readonly contacts: Door<
    Owned["contacts"],
    "lists" | "add" | "remove" | "rename" | "addList" | "removeList" | "renameList"
  >;
  readonly profile: Door<Owned["profile"], "get" | "set" | "of">;
  readonly directory: Door<Owned["directory"], "list">;
  readonly devices: Door<Owned["devices"], "list" | "signOut">;
}

/** Under which the settings of an earlier run are in the store. */
const SETTINGS_KEY = "settings";

export class OwnedWhenAsked {
  readonly parts: OwnedParts = this.#doors();
  readonly #ports: OwnedPorts;
  #loading: Promise<Owned> | undefined;
  #loaded: Owned | undefined;
  #restored = false;
  #ended = false;

  constructor(ports: OwnedPorts) {
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
    if (!this.#ended) await (await this.#part()).settings.restore();
  }

  #part(): Promise<Owned> {
    if (this.#ended) return Promise.reject(new ImError("closed"));
    this.#loading ??= this.#load().catch((error: unknown) => {
      this.#loading = undefined; // the next one who asks tries again
      throw error;
    });
    return this.#loading;
  }

  async #load(): Promise<Owned> {
    const { Owned } = await parts.owned();
    if (this.#ended) throw new ImError("closed");
    this.#loaded = new Owned(this.#ports);
    return this.#loaded;
  }

  #doors(): OwnedParts {
    const part = () => this.#part();
    return {
      settings: {
        get: async (...how) => (await part()).settings.get(...how),
        set: async (...how) => (await part()).settings.set(...how),
      },
      documents: {
        read: async (...how) => (await part()).documents.read(...how),
        write: async (...how) => (await part()).documents.write(...how),
        remove: async (...how) => (await part()).documents.remove(...how),
        change: async (...how) => (await part()).documents.change(...how),
        list: async (...how) => (await part()).documents.list(...how),
      },
      blocked: {
        list: async (...how) => (await part()).blocked.list(...how),
        has: async (...how) => (await part()).blocked.has(...how),
        add: async (...how) => (await part()).blocked.add(...how),
        remove: async (...how) => (await part()).blocked.remove(...how),
      },
      groups: {
        list: async (...how) => (await part()).groups.list(...how),
        get: async (...how) => (await part()).groups.get(...how),
        create: async (...how) => (await part()).groups.create(...how),
        addMembers: async (...how) => (await part()).groups.addMembers(...how),
        removeMembers: async (...how) => (await part()).groups.removeMembers(...how),
        edit: async (...how) => (await part()).groups.edit(...how),
        delete: async (...how) => (await part()).groups.delete(...how),
      },
      contacts: {
        lists: async (...how) => (await part()).contacts.lists(...how),
        add: async (...how) => (await part()).contacts.add(...how),
        remove: async (...how) => (await part()).contacts.remove(...how),
        rename: async (...how) => (await part()).contacts.rename(...how),
        addList: async (...how) => (await part()).contacts.addList(...how),
        removeList: async (...how) => (await part()).contacts.removeList(...how),
        renameList: async (...how) => (await part()).contacts.renameList(...how),
      },
      profile: {
        get: async (...how) => (await part()).profile.get(...how),
        set: async (...how) => (await part()).profile.set(...how),
        of: async (...how) => (await part()).profile.of(...how),
      },
      directory: {
        list: async (...how) => (await part()).directory.list(...how),
      },
      devices: {
        list: async (...how) => (await part()).devices.list(...how),
        signOut: async (...how) => (await part()).devices.signOut(...how),
      },
    };
  }
}
