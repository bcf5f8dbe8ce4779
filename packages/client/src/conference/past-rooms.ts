/** Groups that the user was in and is in no more: what they were, for whoever looks at what was said there. */
import type { ClientStore } from "../store/client-store.ts";
import type { RoomEnd } from "./judge-end.ts";
import {
  type MembershipRecord,
  type PastRoom,
  readPastRooms,
  writeMemberships,
} from "./membership-record.ts";

const PAST_KEY = "past rooms";
const MOST_PAST = 200;

export class PastRooms {
  readonly #store: Pick<ClientStore, "value" | "setValue">;
  readonly #report: (error: unknown) => void;
  /** By address, the one that was left last is the last. */
  readonly #rooms = new Map<string, PastRoom>();
  #written: Promise<void> = Promise.resolve();

  constructor(store: Pick<ClientStore, "value" | "setValue">, report: (error: unknown) => void) {
    this.#store = store;
    this.#report = report;
  }

  get all(): readonly PastRoom[] {
    return [...this.#rooms.values()];
  }

  async restore(): Promise<void> {
    for (const room of readPastRooms(await this.#store.value(PAST_KEY)))
      this.#rooms.set(room.address, room);
  }

  left(address: string, record: MembershipRecord, why: RoomEnd["why"]): void {
    const { adHoc, name, subject, anonymous, nickname, people } = record;
    this.#rooms.delete(address);
    this.#rooms.set(address, { address, adHoc, name, subject, anonymous, nickname, people, why });
    for (const oldest of this.#rooms.keys()) {
      if (this.#rooms.size <= MOST_PAST) break;
      this.#rooms.delete(oldest);
    }
    this.#write();
  }

  /** The user is in it again. */
  entered(address: string): void {
    if (this.#rooms.delete(address)) this.#write();
  }

  /** What has been changed is in the store. */
  idle(): Promise<void> {
    return this.#written;
  }

  #write(): void {
    const text = writeMemberships(this.all);
    this.#written = this.#written
      .then(() => this.#store.setValue(PAST_KEY, text))
      .catch(this.#report);
  }
}
