/** Everybody whom a session knows: those who are in, those who are asked, and those who have been. Clause 7.2.3.2 */
import { displayTextOf } from "@parlance/im";
import { keyOf } from "../../address-key.ts";
import type { MediaRoom, User } from "../../ports/index.ts";
import type { StoredParticipant } from "../../store/index.ts";
import type { Keeping } from "./keeping.ts";
import { Names } from "./names.ts";
import type { Participant } from "./participant.ts";
import { restoredParticipant } from "./restored-participant.ts";

export interface PeoplePorts {
  /** User part of the session identity. */
  readonly session: string;
  readonly keeping: Keeping;
  readonly room: Pick<MediaRoom, "put">;
  readonly userAt: (address: string) => User | undefined;
}

/** Those who are in, and those who have been. */
const MOST_REMEMBERED = 5_000;

export class People {
  /** Names that are taken. */
  readonly names: Names;
  readonly #ports: PeoplePorts;
  readonly #byAddress = new Map<string, Participant>();
  readonly #byEntity = new Map<string, Participant>();
  /** By address, under which entity he is found. */
  readonly #entities = new Map<string, string>();

  /** `own`: what the session itself is called. */
  constructor(own: readonly string[], ports: PeoplePorts) {
    this.names = new Names(own);
    this.#ports = ports;
  }

  /** Those who are in. */
  get present(): readonly Participant[] {
    return [...this.#byAddress.values()].filter(({ state }) => state === "present");
  }

  get count(): number {
    let count = 0;
    for (const { state } of this.#byAddress.values()) if (state === "present") count += 1;
    return count;
  }

  [Symbol.iterator](): IterableIterator<Participant> {
    return this.#byAddress.values();
  }

  /** By address key. */
  get(address: string): Participant | undefined {
    return this.#byAddress.get(address);
  }

  has(address: string): boolean {
    return this.#byAddress.has(address);
  }

  /** By entity, or by the address of one who does not hide. */
  named(uri: string): Participant | undefined {
    const known = this.#byEntity.get(uri) ?? this.#byEntity.get(keyOf(uri));
    const one = known ?? this.#at(uri);
    return one?.appearance.anonymous === true && one !== known ? undefined : one;
  }

  /** Somebody of that address is in, and does not want to be known by it. */
  hides(uri: string): boolean {
    const one = this.#at(uri);
    return one?.state === "present" && one.appearance.anonymous && one.entity !== uri;
  }

  isTaken(entity: string): boolean {
    return this.#byEntity.has(entity);
  }

  /** As he was before the server ended; undefined when nothing is known of him any more. */
  remember(stored: StoredParticipant): Participant | undefined {
    const one = restoredParticipant(stored, this.#ports.userAt(stored.address));
    if (one !== undefined) this.#enter(one);
    return one;
  }

  /** He is known from now on, to the room as well. */
  know(participant: Participant): void {
    if (!this.#byAddress.has(participant.address)) this.#forgetOldest();
    this.#enter(participant);
    this.names.take(participant.address, displayTextOf(participant.appearance));
    this.#ports.room.put(participant.member);
  }

  /** What has become of him outlives the server. */
  keep(participant: Participant): void {
    const { keeping, session, userAt } = this.#ports;
    const { address, user } = participant;
    // Whose account is gone is not remembered.
    if (user !== undefined && userAt(address) === undefined) keeping.forgotten(session, address);
    else keeping.changed(session, participant);
  }

  /** His account is gone: nobody has to know any more that he was here. */
  forget(participant: Participant): void {
    const { address, entity } = participant;
    this.#byAddress.delete(address);
    this.#byEntity.delete(entity);
    this.#entities.delete(address);
    this.#ports.keeping.forgotten(this.#ports.session, address);
  }

  #at(uri: string): Participant | undefined {
    const key = keyOf(uri);
    return this.#byAddress.get(this.#ports.userAt(key)?.address ?? key);
  }

  /** By another entity than before he is not to be found by the old one. */
  #enter(participant: Participant): void {
    const { address, entity } = participant;
    const before = this.#entities.get(address);
    if (before !== undefined && before !== entity) this.#byEntity.delete(before);
    this.#entities.set(address, entity);
    this.#byAddress.set(address, participant);
    this.#byEntity.set(entity, participant);
  }

  /** Of those who have gone not all are known for ever. */
  #forgetOldest(): void {
    if (this.#byAddress.size < MOST_REMEMBERED) return;
    for (const one of this.#byAddress.values()) {
      if (one.state !== "gone") continue;
      this.#byAddress.delete(one.address);
      this.#byEntity.delete(one.entity);
      this.#entities.delete(one.address);
      return this.#ports.keeping.forgotten(this.#ports.session, one.address);
    }
  }
}
