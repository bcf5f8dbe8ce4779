/** The sessions of many that there are, by what they are called. Clauses 2.2, 7.13 */
import { hex, type Random } from "@parlance/wire";
import { Conference, type ConferenceFacts, type ConferenceProcedures } from "./conference.ts";
import { Keeping } from "./keeping.ts";
import type { ConferenceOptions, ConferencePorts } from "./ports.ts";

const IDENTITY_BYTES = 12; // 96 bits. Clause 2.2

export class Registry {
  readonly #ports: ConferencePorts;
  readonly #options: ConferenceOptions;
  readonly #byIdentity = new Map<string, Conference>();
  readonly #byGroup = new Map<string, Conference>();
  readonly #keeping: Keeping;

  constructor(ports: ConferencePorts, options: ConferenceOptions) {
    this.#ports = ports;
    this.#options = options;
    this.#keeping = new Keeping(ports.store, ports.log);
  }

  get count(): number {
    return this.#byIdentity.size;
  }

  get full(): boolean {
    return this.#byIdentity.size >= this.#options.limits.conferences;
  }

  find(identity: string): Conference | undefined {
    return this.#byIdentity.get(identity);
  }

  ofGroup(identity: string): Conference | undefined {
    return this.#byGroup.get(identity);
  }

  /** By the identity of the session, or of its group. */
  named(key: string): Conference | undefined {
    return this.#byIdentity.get(key) ?? this.#byGroup.get(key);
  }

  open(
    facts: Omit<ConferenceFacts, "user" | "startedAt">,
    procedures: ConferenceProcedures,
  ): Conference {
    const { random, clock } = this.#ports;
    const user = newSessionUser(random);
    const conference = this.#enter({ ...facts, user, startedAt: clock.now() }, procedures);
    conference.keepItself();
    return conference;
  }

  /** Those that were there when the server ended: those who were in them may come back for a while. */
  async restore(procedures: ConferenceProcedures): Promise<void> {
    const { groups } = this.#ports;
    for await (const { conference: stored, participants } of this.#keeping.all()) {
      const { id: user, group: identity, locked, ...facts } = stored;
      const group = identity === undefined ? undefined : groups.find(identity);
      if (group === undefined && identity !== undefined) {
        this.#ports.log.info("session ended: there is no such group", { group: identity });
        this.#keeping.ended(user); // clause 16.6
        continue;
      }
      // The end of the one before may not have been written. A group has one session, the last that was begun.
      const other = identity === undefined ? undefined : this.#byGroup.get(identity);
      if (other !== undefined && other.startedAt >= facts.startedAt) {
        this.#keeping.ended(user);
        continue;
      }
      other?.close();
      const conference = this.#enter({ ...facts, user, group }, procedures);
      conference.restore(participants, locked);
      conference.awaitReturn();
    }
  }

  #enter(facts: ConferenceFacts, procedures: ConferenceProcedures): Conference {
    const conference = new Conference(facts, this.#ports, this.#options, {
      ...procedures,
      keeping: this.#keeping,
    });
    this.#byIdentity.set(conference.identity, conference);
    if (facts.group !== undefined) this.#byGroup.set(facts.group.identity, conference);
    return conference;
  }

  /** Its identity means nothing any more. Clause 7.13 */
  close(conference: Conference): void {
    const { user, identity, group } = conference;
    this.#keeping.ended(user);
    this.#byIdentity.delete(identity);
    if (group === undefined) this.#ports.rooms.forget(identity);
    else if (this.#byGroup.get(group.identity) === conference) {
      this.#byGroup.delete(group.identity);
    }
  }

  /** Sessions that somebody is in, or waits for others in. */
  running(address: string): number {
    let count = 0;
    for (const { people, creator, inviting } of this.#byIdentity.values()) {
      const waits = creator === address && inviting.round?.waiting === true;
      if (waits || people.get(address)?.state === "present") count += 1;
    }
    return count;
  }

  /** In how many the one is who is in most. */
  get most(): number {
    const counts = new Map<string, number>();
    for (const { people, creator, inviting } of this.#byIdentity.values()) {
      const all = new Set(people.present.map(({ address }) => address));
      if (creator !== undefined && inviting.round?.waiting === true) all.add(creator);
      for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1);
    }
    return Math.max(0, ...counts.values());
  }

  [Symbol.iterator](): IterableIterator<Conference> {
    return this.#byIdentity.values();
  }
}

/** Not to be guessed: whoever knows it knows that there is such a session. */
function newSessionUser(random: Random): string {
  return `im-${hex(random.bytes(IDENTITY_BYTES))}`;
}
