/** The settings of all users: in memory for whoever asks, written before the 200 leaves. IM-5.2.4, clause 3.2.2 */
import { formatImSettings, parseImSettings } from "@parlance/formats";
import { type Refusal, refuse } from "@parlance/im";
import {
  Event,
  Expires,
  type NameAddr,
  type PublicationLimits,
  SipETag,
  SipIfMatch,
} from "@parlance/sip";
import type { Cancel, Clock, Random } from "@parlance/wire";
import type {
  Barrable,
  Binding,
  LimitWatch,
  Log,
  Metrics,
  Notifier,
  OwnAddress,
  OwnTarget,
  Passage,
  Towards,
  User,
  UserSettings,
  Verdict,
} from "../ports/index.ts";
import {
  type ServiceSettingsStore,
  type StoredServiceSettings,
  StoreError,
} from "../store/index.ts";
import { Turns } from "../turns.ts";
import { type Composed, compose, isBarred, nextExpiry, withoutExpired } from "./compose.ts";
import { type Known, NOTHING_KNOWN, type Published } from "./model.ts";
import { Patience } from "./patience.ts";
import { judgeOwner, judgeSettings, SETTINGS_PACKAGE } from "./publish-settings.ts";
import { SettingsWatchers } from "./watch-settings.ts";

export interface ServiceSettingsPorts {
  readonly store: ServiceSettingsStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly hits: LimitWatch;
  readonly notifier: Notifier;
  /** Our Contact in the dialog of a subscription. */
  readonly contact: (towards: Pick<Towards, "transport" | "local">) => NameAddr;
  /** Contacts of a user. */
  readonly devices: (user: User) => readonly Pick<Binding, "instance">[];
  /** The user of that account name. */
  readonly userNamed: (name: string) => User | undefined;
  /** A user can be brought what waits for him, and could not before. */
  readonly reachable: (user: User) => void;
  /** What somebody has set is something else now. */
  readonly changed: (user: User) => void;
}

export interface ServiceSettingsOptions {
  readonly publications: PublicationLimits;
  /** How long the word of a device is awaited after its registration: T-settings. Clause 14.2 */
  readonly waitMs: number;
  /** Is what users send and get kept while they have not said? */
  readonly keepsHistory: boolean;
}

/** Of one user. */
interface Held {
  readonly known: Known;
  readonly composed: Composed;
}

const PAGE = 1_000;
const ETAG_BITS = 128;

export class ServiceSettings implements UserSettings, OwnAddress {
  readonly packages = { publish: [SETTINGS_PACKAGE], subscribe: [SETTINGS_PACKAGE] };
  readonly #ports: ServiceSettingsPorts;
  readonly #options: ServiceSettingsOptions;
  /** By account name. */
  readonly #held = new Map<string, Held>();
  readonly #expiries = new Map<string, Cancel>();
  readonly #turns = new Turns();
  readonly #patience: Patience;
  readonly #watchers: SettingsWatchers;
  readonly #published: ReturnType<Metrics["counter"]>;

  constructor(ports: ServiceSettingsPorts, options: ServiceSettingsOptions) {
    this.#ports = ports;
    this.#options = options;
    this.#patience = new Patience(ports.clock, options.waitMs);
    const composed = (user: User): Composed => this.#composed(user.name);
    this.#watchers = new SettingsWatchers(ports, composed, options.keepsHistory);
    const { metrics } = ports;
    this.#published = metrics.counter("settings_published_total", "PUBLISH of settings", "outcome");
    ports.hits.uses("publicationsPerUser", () =>
      Math.max(0, ...[...this.#held.values()].map(({ known }) => known.publications.length)),
    );
    metrics.gauge("settings_users", "Users who have set something", () => this.#held.size);
  }

  /** Before the first request is taken. */
  async start(): Promise<void> {
    for (let after: string | undefined; ; ) {
      const page = await this.#ports.store.list(after, PAGE);
      const now = this.#ports.clock.now();
      for (const one of page) this.#keep(one.user, withoutExpired(readKnown(one), now));
      after = page.at(-1)?.user;
      if (page.length < PAGE) return;
    }
  }

  stop(): void {
    for (const cancel of this.#expiries.values()) cancel();
    this.#patience.stop();
  }

  bars(user: User, kind: Barrable, device?: Pick<Binding, "instance">): boolean {
    const composed = this.#held.get(user.name)?.composed;
    if (composed === undefined || composed.entities.length === 0) return false;
    return isBarred(composed, kind, instanceOf(device?.instance), (id) =>
      this.#isDevice(user, composed, id),
    );
  }

  /** No device of his takes that kind, whether each has said so or one for all of them. */
  barsEverywhere(user: User, kind: Barrable): boolean {
    const devices = this.#ports.devices(user);
    if (devices.length === 0) return this.bars(user, kind);
    return devices.every((device) => this.bars(user, kind, device));
  }

  visible(user: User): boolean {
    return this.#held.get(user.name)?.composed.visible ?? true; // IM-5.2.4-08c
  }

  pushes(user: User): boolean {
    return this.#held.get(user.name)?.known.lasting.offlineDelivery ?? true; // IM-5.2.4-08d
  }

  keepsHistory(user: User, kind: "sessions" | "messages"): boolean {
    const lasting = this.#held.get(user.name)?.known.lasting;
    const kept = kind === "sessions" ? lasting?.storesSessions : lasting?.storesMessages;
    return kept ?? this.#options.keepsHistory; // IM-5.2.4-08e, IM-5.2.4-08f
  }

  /** A device has registered: `run` when its word has come, or is not to be awaited. Clause 14.2 */
  whenSaid(user: User, run: () => void): void {
    const known = this.#held.get(user.name)?.known;
    const silent = known !== undefined && known.publications.length === 0;
    if (silent) this.#patience.await(user.name, run);
    else run();
  }

  serve(passage: Passage, { key: target }: OwnTarget): Verdict | Promise<Verdict> {
    const { request, originator } = passage;
    const owner = judgeOwner({ event: request.get(Event)?.value, originator, target });
    if ("kind" in owner) return this.#refused(owner);
    if (request.method === "SUBSCRIBE") return this.#watchers.subscribe(passage, owner);
    return this.#turns.take(owner.name, () => this.#publish(passage, owner, target));
  }

  /** The account is gone, and with it what it has set. */
  async removed(name: string): Promise<void> {
    await this.#turns.take(name, async () => {
      await this.#ports.store.remove(name);
      this.#forget(name);
    });
  }

  /** He has no account any more, or another password: whoever watches has to ask anew. */
  revoked(user: User): void {
    this.#watchers.end(user);
  }

  async #publish(passage: Passage, user: User, target: string | undefined): Promise<Verdict> {
    const { request, content, originator } = passage;
    const { clock, random, store } = this.#ports;
    const now = clock.now();
    const known = withoutExpired(this.#held.get(user.name)?.known ?? NOTHING_KNOWN, now);
    const composed = compose(known);
    const judged = judgeSettings(
      {
        event: SETTINGS_PACKAGE,
        originator,
        target,
        ifMatch: request.get(SipIfMatch),
        expiresS: request.get(Expires),
        content,
        known,
        isDevice: (id) => this.#isDevice(user, composed, id),
      },
      { etag: random.token(ETAG_BITS), now, limits: this.#options.publications },
    );
    if (judged.kind === "refusal") return this.#refused(judged);
    try {
      await store.put({ user: user.name, ...writeKnown(judged.known) });
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#ports.log.warn("settings not stored", { fault: error.fault });
      return this.#refused(refuse(error.fault === "busy" ? "overload" : "failure"));
    }
    this.#become(user, judged.known, judged.changed);
    this.#published.add(1, "accepted");
    return {
      do: "answer",
      status: 200,
      edit: (edit) => void edit.set(SipETag, judged.etag).set(Expires, judged.expiresS),
    };
  }

  /** From here on it holds for the next request, and for what rings; sessions that run go on. */
  #become(user: User, known: Known, changed: boolean): void {
    const could = this.pushes(user) && this.visible(user);
    this.#keep(user.name, known);
    if (changed) {
      this.#watchers.changed(user);
      this.#ports.changed(user);
    }
    const waited = this.#patience.end(user.name);
    const can = this.pushes(user) && this.visible(user);
    if (waited === undefined && can && !could) this.#ports.reachable(user); // clause 14.2
    waited?.();
  }

  #keep(name: string, known: Known): void {
    this.#held.set(name, { known, composed: compose(known) });
    this.#expiries.get(name)?.();
    this.#expiries.delete(name);
    const next = nextExpiry(known.publications);
    if (next === undefined) return;
    const { clock } = this.#ports;
    const wait = Math.max(0, next - clock.now());
    this.#expiries.set(
      name,
      clock.schedule(wait, () => this.#expire(name)),
    );
  }

  /** The store learns of it with the next change: it knows the times as well. */
  #expire(name: string): void {
    const held = this.#held.get(name);
    if (held === undefined) return;
    const user = this.#ports.userNamed(name);
    const left = withoutExpired(held.known, this.#ports.clock.now());
    if (user === undefined) this.#keep(name, left);
    else this.#become(user, left, left !== held.known);
  }

  #forget(name: string): void {
    this.#held.delete(name);
    this.#expiries.get(name)?.();
    this.#expiries.delete(name);
    this.#patience.end(name);
  }

  #composed(name: string): Composed {
    return this.#held.get(name)?.composed ?? compose(NOTHING_KNOWN);
  }

  #isDevice(user: User, { devices }: Composed, id: string): boolean {
    if (devices.has(id)) return true;
    return this.#ports.devices(user).some(({ instance }) => instanceOf(instance) === id);
  }

  #refused(refusal: Refusal): Verdict {
    const { condition } = refusal;
    if (condition === "too many publications") this.#ports.hits.hit("publicationsPerUser");
    if (condition === "interval too brief") this.#ports.hits.hit("minPublicationSeconds");
    this.#published.add(1, "refused");
    return { do: "refuse", refusal };
  }
}

/** Of a Contact it comes in angle brackets, in a document it does not. RFC 5626 §4.1 */
function instanceOf(text: string | undefined): string | undefined {
  return text?.replace(/^<(.*)>$/, "$1");
}

function readKnown({ lasting, publications }: StoredServiceSettings): Known {
  return {
    lasting,
    publications: publications.flatMap(
      ({ etag, saidAt, expiresAt, devices, document }): readonly Published[] => {
        const read = parseImSettings(document);
        if (!read.ok) return []; // its device will be told that it is not known, and publish anew
        return [{ etag, expiresAt, body: { entities: read.value.entities, devices, at: saidAt } }];
      },
    ),
  };
}

function writeKnown({ lasting, publications }: Known): Omit<StoredServiceSettings, "user"> {
  return {
    lasting,
    publications: publications.map(({ etag, expiresAt, body }) => ({
      etag,
      saidAt: body.at,
      expiresAt,
      devices: body.devices,
      document: formatImSettings({ entities: body.entities }),
    })),
  };
}
