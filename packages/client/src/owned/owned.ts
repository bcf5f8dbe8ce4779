/** Everything that a user owns on his server, put together: loaded when it is first asked for. */
import type { Clock, PlainHashing, Random, StartHash } from "@parlance/wire";
import type { Emitter } from "../base/emitter.ts";
import { ImError } from "../base/errors.ts";
import { Later } from "../base/later.ts";
import type { Signal } from "../base/signal.ts";
import type { Requests } from "../connection/requests.ts";
import type { Subscriptions } from "../connection/subscriptions.ts";
import { DocumentAccess } from "../documents/document-access.ts";
import { Documents } from "../documents/documents.ts";
import { ACCESS_RULES, GROUPS, RESOURCE_LISTS, USER_PROFILE } from "../documents/usages.ts";
import { watchUsage } from "../documents/watch-usage.ts";
import type { Fetch } from "../files/fetch.ts";
import { WebAccess, type WebAccount } from "../files/web-access.ts";
import type { Sender } from "../sending/pager-message.ts";
import type { ServiceSettings } from "../settings/service-settings.ts";
import type { Settings } from "../settings/settings.ts";
import type { ClientStore } from "../store/client-store.ts";
import { BlockList } from "./block-list.ts";
import type { ContactList } from "./contact-lists.ts";
import { Contacts } from "./contacts.ts";
import { Devices } from "./devices.ts";
import { Directory } from "./directory.ts";
import type { OwnGroup } from "./group-document.ts";
import type { OwnGroups } from "./own-groups.ts";
import { OwnedValue } from "./owned-value.ts";
import { type OwnProfile, Profile } from "./profile.ts";

/** What is told when it changes, by whichever device. */
export interface OwnedEvents {
  /** The service settings, as they hold for this device. */
  settings: ServiceSettings;
  /** Whom the user has shut out. */
  blocked: readonly string[];
  /** The groups that the user keeps. */
  groups: readonly OwnGroup[];
  contacts: readonly ContactList[];
  profile: OwnProfile;
}

export interface OwnedPorts {
  readonly runtime: {
    readonly clock: Clock;
    readonly random: Random;
    readonly hashing: PlainHashing;
    readonly startHash: StartHash;
    readonly fetch?: Fetch;
  };
  readonly account: WebAccount;
  readonly domain: string;
  readonly sender: Sender;
  readonly instance: string;
  readonly requests: Requests;
  readonly subscriptions: Subscriptions;
  readonly store: ClientStore;
  /** URL of the server of the web; undefined where none is known. */
  readonly web: string | undefined;
  /** URL of the XCAP root; undefined where none is known. */
  readonly documents: string | undefined;
  readonly emit: Emitter<OwnedEvents>["emit"];
  /** What waits at the server is not pushed: the client has to fetch it. */
  readonly pulls: () => void;
  readonly report: (error: unknown) => void;
  /** What most who only talk never need, and is loaded when it is asked for. */
  readonly parts: {
    settings(): Promise<{ readonly Settings: typeof Settings }>;
    groups(): Promise<{ readonly OwnGroups: typeof OwnGroups }>;
  };
}

export class Owned {
  readonly documents: Documents;
  readonly blocked: BlockList;
  readonly contacts: Contacts;
  readonly profile: Profile;
  readonly directory: Directory;
  readonly devices: Devices;
  readonly #ports: OwnedPorts;
  #ended = false;
  readonly #settings = new Later(() => this.#makeSettings());
  readonly #groups = new Later(() => this.#makeGroups());
  readonly #values: {
    readonly [K in Exclude<keyof OwnedEvents, "settings">]: OwnedValue<OwnedEvents[K]>;
  };

  constructor(ports: OwnedPorts) {
    this.#ports = ports;
    const { address: self } = ports.sender;
    const documents = new Documents(accessOf(ports), self);
    this.documents = documents;
    const blocked = this.#value("blocked", ACCESS_RULES, (signal) =>
      BlockList.read(documents, signal),
    );
    this.blocked = new BlockList(documents, blocked);
    const groups = this.#value("groups", GROUPS, async (signal) =>
      (await ports.parts.groups()).OwnGroups.read(documents, signal),
    );
    const contacts = this.#value("contacts", RESOURCE_LISTS, (signal) =>
      Contacts.read(documents, signal),
    );
    this.contacts = new Contacts(documents, contacts);
    const profile = this.#value("profile", USER_PROFILE, (signal) =>
      Profile.read(documents, self, signal),
    );
    this.profile = new Profile(documents, profile, self);
    const access = webAccessOf(ports);
    this.directory = new Directory(access);
    this.devices = new Devices(access, ports.instance);
    this.#values = { blocked, groups, contacts, profile };
  }

  get settings(): Promise<Settings> {
    return this.#settings.get();
  }

  get groups(): Promise<OwnGroups> {
    return this.#groups.get();
  }

  /** Somebody listens: from now on it is told when it changes. */
  async watch(event: keyof OwnedEvents): Promise<void> {
    if (event === "settings") (await this.settings).watch();
    else this.#values[event].watch();
  }

  lineIsBack(): void {
    this.#settings.made?.lineIsBack();
  }

  end(): void {
    this.#ended = true;
    this.#settings.made?.end();
    for (const value of Object.values(this.#values)) value.end();
  }

  async #makeSettings(): Promise<Settings> {
    const { runtime, emit, sender, instance, parts, ...rest } = this.#ports;
    const { Settings } = await parts.settings();
    if (this.#ended) throw new ImError("closed");
    return new Settings({
      ...rest,
      clock: runtime.clock,
      random: runtime.random,
      sender,
      ids: { instance, address: sender.address },
      changed: (settings) => emit("settings", settings),
    });
  }

  async #makeGroups(): Promise<OwnGroups> {
    const { documents } = this;
    const { sender, domain, runtime, parts } = this.#ports;
    const { OwnGroups } = await parts.groups();
    const { random } = runtime;
    const value = this.#values.groups;
    return new OwnGroups({ documents, value, self: sender.address, domain, random });
  }

  #value<K extends Exclude<keyof OwnedEvents, "settings">>(
    event: K,
    usage: string,
    read: (signal: Signal | undefined) => Promise<OwnedEvents[K]>,
  ): OwnedValue<OwnedEvents[K]> {
    const { sender, subscriptions, report, emit } = this.#ports;
    return new OwnedValue({
      read,
      watch: (changed, ended) => watchUsage({ usage, sender, subscriptions, changed, ended }),
      changed: (value) => emit(event, value),
      report,
    });
  }
}

function webAccessOf({ runtime, account, web }: OwnedPorts): WebAccess | undefined {
  const { fetch } = runtime;
  if (fetch === undefined || web === undefined) return undefined;
  return new WebAccess({ ...runtime, fetch }, account, web, "account");
}

function accessOf({ runtime, account, documents }: OwnedPorts): DocumentAccess | undefined {
  const { fetch } = runtime;
  if (fetch === undefined || documents === undefined) return undefined;
  return new DocumentAccess({ ...runtime, fetch }, account, documents);
}
