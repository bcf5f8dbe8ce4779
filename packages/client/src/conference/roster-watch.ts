/** The roster of one group, kept up to date by a subscription to its state. OMA IM 7.1.1.11, RFC 4575 §3 */
import {
  applyConference,
  CONFERENCE_INFO_TYPE,
  type ConferenceUser,
  type KnownConference,
  parseConference,
  type UsersElement,
} from "@parlance/formats";
import type { Uri } from "@parlance/sip";
import type { Cancel, Clock } from "@parlance/wire";
import type { Subscriptions } from "../connection/subscriptions.ts";
import type { Watch } from "../connection/watch.ts";
import type { Sender } from "../sending/pager-message.ts";
import {
  avatarIn,
  isLocked,
  type Member,
  membersOf,
  namesIn,
  ownEntity,
  type RosterChange,
  rosterChanges,
} from "./roster.ts";

export interface RosterWatchPorts {
  readonly clock: Clock;
  readonly subscriptions: Subscriptions;
  readonly sender: Sender;
  readonly changed: (change: RosterChange) => void;
  /** Of whom a document tells, as they are known now, and all who are known. */
  readonly heard: (users: readonly ConferenceUser[], all: Iterable<ConferenceUser>) => void;
}

const SECONDS = 3_600; // OMA IM 7.1.1.11
/** A server that has heard no answer to a NOTIFY watches no more, and cannot say so: after so long a silence it is asked. */
const SILENCE_MS = 600_000;
/** After a refusal. */
const AGAIN_MS: readonly number[] = [2_000, 10_000, 60_000];
/** What is sent before the server has said who we are waits so long. OMA IM 6.2 */
const OWN_ENTITY_MS = 2_000;

export class RosterWatch {
  readonly #ports: RosterWatchPorts;
  readonly #anonymous: boolean;
  #watch: Watch | undefined;
  #watched = "";
  /** Made by documents of the subscription at hand. */
  #known: KnownConference | undefined;
  /** What the application has been told last, in whatever subscription. */
  #told: KnownConference | undefined;
  #members: readonly Member[] | undefined;
  #ownKnown = Promise.withResolvers<void>();
  #isOwnKnown = false;
  #silence: Cancel = () => {};
  /** How often in a row the server would not tell. */
  #refused = 0;
  #again: Cancel = () => {};

  constructor(anonymous: boolean, ports: RosterWatchPorts) {
    this.#anonymous = anonymous;
    this.#ports = ports;
  }

  get members(): readonly Member[] {
    this.#members ??= membersOf(this.#told, this.#self);
    return this.#members;
  }

  get subject(): string | undefined {
    return this.#told?.description?.subject;
  }

  get locked(): boolean {
    return this.#told !== undefined && isLocked(this.#told);
  }

  get displayName(): string | undefined {
    return this.#told?.description?.displayText;
  }

  get avatar(): string | undefined {
    return this.#told && avatarIn(this.#told);
  }

  get names(): readonly string[] {
    return namesIn(this.#told);
  }

  /** Who we are in this group; undefined while the server has not said so. */
  get own(): string | undefined {
    return this.#known === undefined ? undefined : ownEntity(this.#known, this.#self);
  }

  /** `uri`: the Contact of the focus. `anew`: in another session, of which the server may have forgotten who watches it. */
  watch(uri: Uri, text: string, anew: boolean): void {
    if (this.#watch !== undefined && this.#watched === text) {
      if (anew) this.#watch.refresh();
      return;
    }
    if (this.#watched !== text) this.#refused = 0;
    this.stop();
    const { subscriptions, sender } = this.#ports;
    this.#watched = text;
    this.#watch = subscriptions.watch(
      {
        uri,
        event: "conference",
        accept: CONFERENCE_INFO_TYPE,
        seconds: SECONDS,
        account: sender.account,
        userAgent: sender.userAgent,
        anonymous: this.#anonymous,
      },
      {
        notified: (document, fresh) => this.#notified(document, fresh),
        ended: (_, again) => {
          if (again) return;
          this.#watch = undefined;
          this.#settleOwn();
          this.#tryAgain(uri, text);
        },
      },
    );
  }

  stop(): void {
    this.#silence();
    this.#again();
    this.#watch?.leave();
    this.#watch = undefined;
    this.#known = undefined; // who hides is somebody else in the next session
    if (!this.#isOwnKnown) return;
    this.#isOwnKnown = false;
    this.#ownKnown = Promise.withResolvers<void>();
  }

  /** Resolves when the server has said who we are, or there is no use in waiting. */
  ownOrLate(): Promise<void> {
    if (this.#isOwnKnown) return Promise.resolve();
    const { clock } = this.#ports;
    const cancel = clock.schedule(OWN_ENTITY_MS, () => this.#settleOwn());
    return this.#ownKnown.promise.finally(cancel);
  }

  get #self(): string {
    return this.#ports.sender.address;
  }

  /** Whoever was called may have asked before the focus had his answer. Then it goes on without a roster. OMA IM 7.1.1.11 */
  #tryAgain(uri: Uri, text: string): void {
    const waitMs = AGAIN_MS[this.#refused];
    if (waitMs === undefined) return;
    this.#refused += 1;
    this.#again = this.#ports.clock.schedule(waitMs, () => this.watch(uri, text, false));
  }

  #awaitNext(): void {
    this.#silence();
    this.#silence = this.#ports.clock.schedule(SILENCE_MS, () => {
      this.#watch?.refresh();
      this.#awaitNext();
    });
  }

  #notified(bytes: Uint8Array, fresh: boolean): void {
    this.#awaitNext();
    this.#refused = 0;
    if (fresh) this.#known = undefined;
    const document = parseConference(bytes);
    if (!document.ok) return this.#watch?.refresh(); // what it said is to be had once more
    const applied = applyConference(this.#known, document.value);
    switch (applied.kind) {
      case "stale":
        return;
      case "gap":
        return this.#watch?.refresh(); // RFC 4575 §4.4
      case "ended":
        return;
      case "applied":
        this.#apply(applied.known);
        return this.#hear(document.value.users, applied.known);
    }
  }

  #apply(known: KnownConference): void {
    const before = this.#told;
    this.#known = known;
    this.#told = known;
    this.#members = undefined;
    const changes = rosterChanges(before, known, this.#self);
    if (this.own !== undefined) this.#settleOwn();
    for (const change of changes) this.#ports.changed(change);
  }

  #hear(element: UsersElement | undefined, { users }: KnownConference): void {
    const told = (element?.users ?? []).map(({ entity }) => users.get(entity));
    const heard = told.filter((user) => user !== undefined);
    this.#ports.heard(heard, users);
  }

  #settleOwn(): void {
    this.#isOwnKnown = true;
    this.#ownKnown.resolve();
  }
}
