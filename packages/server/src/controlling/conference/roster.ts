/** The state of a conference, and those who watch it: each is told what he does not know yet. RFC 4575, Appendix M */
import {
  CONFERENCE_INFO_TYPE,
  type Conference,
  type ConferenceDescription,
  type ConferenceUser,
} from "@parlance/formats";
import type { EndReason, EventPackage, Uri } from "@parlance/sip";
import { type Cancel, type Clock, PersistentMap } from "@parlance/wire";
import type { Watch, WatchedState, Watcher } from "../../ports/index.ts";
import { Misses } from "./misses.ts";
import { fitting, missedAtOnce } from "./state-document.ts";

export const CONFERENCE_PACKAGE: EventPackage = {
  name: "conference",
  bodyTypes: [CONFERENCE_INFO_TYPE],
  usualS: 3_600, // RFC 4575 §3.4
};

export interface RosterOptions {
  /** Changes are gathered so long before anybody is told. Clause 10.2 */
  readonly gatherMs: number;
  /** Of one document. */
  readonly maxBytes: number;
}

/** One who watches: whose copy it is, and whether he may. */
export interface Viewer {
  /** Address key. */
  readonly address: string;
  readonly entity: string | undefined;
  readonly allowed: boolean;
  /** He watches with a phone that has group rooms of its own. */
  readonly byPhone: boolean;
}

interface Watching {
  readonly watch: Watch;
  readonly viewer: Viewer;
  /** What he knows. */
  told: Conference | undefined;
  /** Of those whom he has asked in vain. */
  readonly missed: Set<ConferenceUser>;
  version: number;
}

export class Roster {
  readonly #clock: Clock;
  readonly #options: RosterOptions;
  readonly #watchers = new Set<Watching>();
  #state: Conference;
  /** Entities of those who have gone: told once, and then no more. Clause 27.6 */
  readonly #gone = new Set<string>();
  readonly #misses = new Misses();
  #gathering: Cancel | undefined;
  #over = false;

  constructor(
    entity: string,
    description: ConferenceDescription,
    clock: Clock,
    options: RosterOptions,
  ) {
    this.#clock = clock;
    this.#options = options;
    this.#state = {
      entity,
      description,
      host: undefined,
      status: { userCount: 0, active: true, locked: undefined },
      users: PersistentMap.empty(),
    };
  }

  /** Somebody is there, or is seen differently. `count`: of those who are in. */
  put(user: ConferenceUser, count: number): void {
    this.#gone.delete(user.entity);
    this.#misses.forget(user.entity);
    this.#change({ users: this.#state.users.with(user.entity, user) }, count);
  }

  /** Somebody has been asked, and does not come: `by` hears why, and nobody else. `status`: the final one. */
  miss(missed: Uri, by: string, status: number): void {
    this.#misses.add(by, missed, status, this.#clock.now());
    this.#gather();
  }

  /** Somebody has gone: how is told once, and then he is no more. */
  leave(user: ConferenceUser, count: number): void {
    if (this.#state.users.get(user.entity) === undefined) return;
    this.#gone.add(user.entity);
    this.#change({ users: this.#state.users.with(user.entity, user) }, count);
  }

  /** Nobody was to know that he was there. */
  remove(entity: string, count: number): void {
    this.#gone.delete(entity);
    this.#change({ users: this.#state.users.without(entity) }, count);
  }

  describe(description: ConferenceDescription): void {
    this.#change({ description }, this.#state.status?.userCount ?? 0);
  }

  /** May anybody new come in? RFC 4575 §5.5.3 */
  lock(locked: boolean): void {
    const { status } = this.#state;
    this.#change({ status: { ...NOBODY, ...status, locked } }, status?.userCount ?? 0);
  }

  watch(watch: Watch, viewer: Viewer): Watcher {
    const missed = new Set<ConferenceUser>();
    const watching: Watching = { watch, viewer, missed, told: undefined, version: 0 };
    this.#watchers.add(watching);
    return {
      get allowed() {
        return viewer.allowed;
      },
      tell: (whole, inDatagrams) => this.#tell(watching, whole, inDatagrams),
      over: () => void this.#watchers.delete(watching),
    };
  }

  /** Whoever may not watch any more hears that it is over. */
  review(reason: EndReason): void {
    for (const { watch, viewer } of this.#watchers) if (!viewer.allowed) watch.end(reason);
  }

  /** There is no such conference any more. IM-7.2.2.5-01 */
  end(): void {
    this.#over = true;
    this.#gathering?.();
    this.#gathering = undefined;
    for (const { watch } of this.#watchers) watch.end("noresource");
  }

  /** The server ends: nobody is told. */
  halt(): void {
    this.#over = true;
    this.#gathering?.();
  }

  #change(change: Partial<Conference>, count: number): void {
    const { status } = { ...this.#state, ...change };
    const counted =
      status?.userCount === count ? status : { ...NOBODY, ...status, userCount: count };
    this.#state = { ...this.#state, ...change, status: counted };
    this.#gather();
  }

  #gather(): void {
    if (this.#over) return;
    this.#gathering ??= this.#clock.schedule(this.#options.gatherMs, () => {
      this.#gathering = undefined;
      this.#publish();
    });
  }

  #publish(): void {
    for (const watching of this.#watchers) {
      const { watch, told } = watching;
      if (told !== this.#state || this.#owed(watching).length > 0) watch.changed(); // IM-7.2.1.4-12, IM-7.2.1.9-K3
    }
    const told = [...this.#gone].filter((entity) => this.#isTold(entity));
    if (told.length === 0) return;
    let { users } = this.#state;
    for (const entity of told) {
      users = users.without(entity);
      this.#gone.delete(entity);
    }
    this.#state = { ...this.#state, users };
    this.#gather();
  }

  /** All who watch have heard how he went: some may still owe an answer to what was said before. */
  #isTold(entity: string): boolean {
    const user = this.#state.users.get(entity);
    for (const { told } of this.#watchers) {
      if (told !== undefined && told.users.get(entity) !== user) return false;
    }
    return true;
  }

  #tell(watching: Watching, whole: boolean, inDatagrams: boolean): WatchedState {
    const { viewer, told, version } = watching;
    if (whole) watching.missed.clear();
    const missed = this.#owed(watching);
    const to = { entity: viewer.entity, version, admins: viewer.byPhone, missed };
    const { maxBytes } = this.#options;
    const most = inDatagrams ? Math.min(maxBytes, DATAGRAM_BYTES) : maxBytes;
    const made = fitting(whole ? undefined : told, this.#state, to, most);
    watching.told = made.told;
    for (const one of missedAtOnce(missed)) watching.missed.add(one);
    watching.version += 1;
    if (this.#gone.size > 0) this.#gather();
    return {
      type: CONFERENCE_INFO_TYPE,
      bytes: made.bytes,
      more: made.more || this.#owed(watching).length > 0,
    };
  }

  /** Those whom he has asked in vain, of whom he has not heard. */
  #owed({ viewer, missed }: Watching): readonly ConferenceUser[] {
    return [...this.#misses.of(viewer.address)].filter((one) => !missed.has(one));
  }
}

/** Below what our own parser takes as the body of a datagram. */
const DATAGRAM_BYTES = 12_000;
const NOBODY = { userCount: 0, active: true, locked: undefined };
