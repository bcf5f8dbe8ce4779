/** The service settings of a user, on one of his devices: what holds, and what he changes. OMA IM 5.2.4 */
import { IM_SETTINGS_TYPE, parseImSettings } from "@parlance/formats";
import { ImError } from "../base/errors.ts";
import { abortable, type Signal } from "../base/signal.ts";
import type { Subscriptions } from "../connection/subscriptions.ts";
import type { Watch } from "../connection/watch.ts";
import { Publication, type PublicationPorts } from "./publication.ts";
import { SETTINGS_PACKAGE } from "./publish-request.ts";
import {
  SETTINGS,
  type ServiceSettings,
  settingsIn,
  USUAL_SETTINGS,
  wordsAfter,
  wordsInLight,
} from "./service-settings.ts";

export interface SettingsPorts extends PublicationPorts {
  readonly subscriptions: Subscriptions;
  /** Something else holds than before. */
  readonly changed: (settings: ServiceSettings) => void;
  /** What waits at the server is not pushed: the client has to fetch it. OMA IM 5.2.4 */
  readonly pulls: () => void;
}

export interface SetOptions {
  /** Bars this device alone; only barring can be so. */
  readonly onlyHere?: boolean;
  /** Ends the wait. */
  readonly signal?: Signal;
}

const WATCH_SECONDS = 3_600;

export class Settings {
  readonly #ports: SettingsPorts;
  readonly #publication: Publication;
  #watch: Watch | undefined;
  #known: ServiceSettings | undefined;
  #first = Promise.withResolvers<ServiceSettings>();

  constructor(ports: SettingsPorts) {
    this.#ports = ports;
    this.#publication = new Publication(ports);
    this.#first.promise.catch(() => {}); // told to whoever asks
  }

  /** As the server says it; it is asked once, and tells of changes from then on. Rejects with ImError. */
  get(options: { readonly signal?: Signal } = {}): Promise<ServiceSettings> {
    if (this.#known !== undefined) return Promise.resolve(this.#known);
    this.watch();
    return abortable(this.#first.promise, options.signal);
  }

  /** Resolves when the server has it, with what holds then. Rejects with ImError, or TypeError for wrong arguments. */
  async set(changes: Partial<ServiceSettings>, options: SetOptions = {}): Promise<ServiceSettings> {
    const { onlyHere = false, signal } = options;
    checkChanges(changes, onlyHere);
    const { words, pending } = this.#publication;
    // What is known is older than words that are on their way.
    const now = this.#known === undefined || pending ? words : wordsInLight(words, this.#known);
    const said = this.#publication.say(wordsAfter(now, changes, onlyHere));
    said.catch(() => {}); // told below, unless the caller has gone
    await abortable(said, signal);
    if (this.#known !== undefined) this.#become({ ...this.#known, ...changes });
    return this.get(options);
  }

  /** From now on the server tells of changes, also of those made by other devices. */
  watch(): void {
    const { subscriptions, sender } = this.#ports;
    this.#watch ??= subscriptions.watch(
      {
        uri: sender.account,
        event: SETTINGS_PACKAGE,
        accept: IM_SETTINGS_TYPE,
        seconds: WATCH_SECONDS,
        account: sender.account,
        userAgent: sender.userAgent,
        anonymous: false,
      },
      {
        notified: (document) => this.#notified(document),
        ended: (_, again) => {
          if (!again) this.#unwatched();
        },
      },
    );
  }

  /** Goes on with what an earlier run has set. */
  restore(): Promise<void> {
    return this.#publication.restore();
  }

  lineIsBack(): void {
    this.#publication.lineIsBack();
    if (this.#known?.pushDeferred === false) this.#ports.pulls();
  }

  end(): void {
    this.#watch?.leave();
    this.#publication.end();
    this.#first.reject(new ImError("closed"));
  }

  #notified(bytes: Uint8Array): void {
    const read = parseImSettings(bytes);
    if (!read.ok) return this.#ports.report(read.error);
    this.#become(settingsIn(read.value, this.#ports.ids));
  }

  #become(now: ServiceSettings): void {
    const before = this.#known;
    this.#known = now;
    this.#first.resolve(now);
    this.#publication.correct(wordsInLight(this.#publication.words, now));
    if (before !== undefined && SETTINGS.every((name) => before[name] === now[name])) return;
    this.#ports.changed(now);
    if (!now.pushDeferred && before?.pushDeferred !== false) this.#ports.pulls();
  }

  #unwatched(): void {
    this.#watch = undefined;
    this.#known = undefined;
    this.#first.reject(new ImError("not supported", { warning: "settings cannot be watched" }));
    this.#first = Promise.withResolvers();
    this.#first.promise.catch(() => {}); // told to whoever asks
  }
}

function checkChanges(changes: Partial<ServiceSettings>, onlyHere: boolean): void {
  for (const [name, value] of Object.entries(changes)) {
    if (!(name in USUAL_SETTINGS)) throw new TypeError(`no such setting: ${name}`);
    if (typeof value !== "boolean") throw new TypeError(`${name}: expected true or false`);
    if (onlyHere && !name.startsWith("bar")) throw new TypeError(`${name}: for all devices only`);
  }
}
