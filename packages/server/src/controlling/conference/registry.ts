/** The sessions of many that there are, by what they are called. Clauses 2.2, 7.13 */
import { hex, type Random } from "@parlance/wire";
import { Conference, type ConferenceFacts, type ConferenceProcedures } from "./conference.ts";
import type { ConferenceOptions, ConferencePorts } from "./ports.ts";

const IDENTITY_BYTES = 12; // 96 bits. Clause 2.2

export class Registry {
  readonly #ports: ConferencePorts;
  readonly #options: ConferenceOptions;
  readonly #byIdentity = new Map<string, Conference>();
  readonly #byGroup = new Map<string, Conference>();

  constructor(ports: ConferencePorts, options: ConferenceOptions) {
    this.#ports = ports;
    this.#options = options;
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

  open(facts: Omit<ConferenceFacts, "user">, procedures: ConferenceProcedures): Conference {
    const user = newSessionUser(this.#ports.random);
    const conference = new Conference({ ...facts, user }, this.#ports, this.#options, procedures);
    this.#byIdentity.set(conference.identity, conference);
    if (facts.group !== undefined) this.#byGroup.set(facts.group.identity, conference);
    return conference;
  }

  /** Its identity means nothing any more. Clause 7.13 */
  close({ identity, group }: Conference): void {
    this.#byIdentity.delete(identity);
    if (group !== undefined) this.#byGroup.delete(group.identity);
  }

  /** Sessions that somebody is in. */
  running(address: string): number {
    let count = 0;
    for (const { participants } of this.#byIdentity.values()) {
      if (participants.get(address)?.state === "present") count += 1;
    }
    return count;
  }

  [Symbol.iterator](): IterableIterator<Conference> {
    return this.#byIdentity.values();
  }
}

/** Not to be guessed: whoever knows it knows that there is such a session. */
function newSessionUser(random: Random): string {
  return `im-${hex(random.bytes(IDENTITY_BYTES))}`;
}
