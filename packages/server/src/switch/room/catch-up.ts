/** Brings to a device what its member has missed, page by page and no faster than it takes it. Clause 21 */
import type { Wheel } from "@parlance/wire";
import type { RoomReturn } from "../../ports/index.ts";
import type { RoomEntry, RoomPage } from "../../store/index.ts";
import type { DeviceLeg } from "./device-leg.ts";
import type { Beginning, RoomLog } from "./log.ts";
import type { RoomMessage } from "./model.ts";

export interface CatchUpPorts {
  readonly log: RoomLog;
  readonly wheel: Wheel;
  readonly page: RoomPage;
  message(entry: RoomEntry): RoomMessage;
  failed(error: unknown): void;
}

/** A store that is busy is not for long. */
const AGAIN_MS = 1_000;

export class CatchUp {
  readonly #leg: DeviceLeg;
  readonly #ports: CatchUpPorts;
  /** A device of which it is known where it is gets also what the member has said by others since. */
  #own = false;
  readonly #begin: Promise<Beginning>;
  /** It was known from the start which device it is. */
  readonly #named: boolean;
  #entered: Promise<Beginning> | undefined;
  #begun = false;
  #reading = false;

  constructor(leg: DeviceLeg, { since, device }: RoomReturn, ports: CatchUpPorts) {
    this.#leg = leg;
    this.#ports = ports;
    this.#named = device !== undefined;
    leg.behind = true;
    const { row, had, hadBy } = leg.member;
    const hadHere = device === undefined ? undefined : hadBy.get(device);
    this.#begin = ports.log.begin({ member: row.key, had, device, hadHere, since });
    this.#begin.catch(() => {}); // heard of when the device is there
  }

  /** It is let in. What it misses from now on is kept for it, also when it is here for a moment only. */
  entered(): void {
    this.#entered ??= this.#enter();
    this.#entered.catch(() => {}); // heard of when the device is there
    if (this.#leg.connected && this.#leg.outbox.idle) this.ready();
  }

  /** The device is there, and has been written everything that was for it so far. */
  ready(): void {
    if (!this.#leg.behind || this.#reading || this.#entered === undefined) return;
    this.#reading = true;
    this.#read().catch((error: unknown) => {
      this.#ports.failed(error);
      this.#ports.wheel.after(AGAIN_MS, () => this.ready());
    });
  }

  /** Whoever is called says in his answer by which device he comes: it goes on where it was, or is one more from here on. */
  async #enter(): Promise<Beginning> {
    const begun = await this.#begin;
    const { name, member, leftForGood } = this.#leg;
    if (leftForGood) return begun;
    const { key } = member.row;
    const { log } = this.#ports;
    const known = this.#named || name === undefined ? undefined : log.hadBy(key, name);
    log.enter(key, name, begun);
    return known ?? begun;
  }

  async #read(): Promise<void> {
    try {
      if (!this.#begun) {
        const { position, own } = await (this.#entered ?? this.#begin);
        this.#leg.position = position;
        this.#own = own;
      }
      this.#begun = true;
      await this.#readPage();
    } finally {
      this.#reading = false;
    }
    if (this.#leg.behind && this.#leg.connected && this.#leg.outbox.idle) this.ready();
  }

  /** When nothing is left the device hears what is said as it is said. No message falls between. */
  async #readPage(): Promise<void> {
    const { log } = this.#ports;
    const leg = this.#leg;
    const { key } = leg.member.row;
    const { head } = log;
    const page = await log.page(key, leg.position, this.#ports.page);
    if (leg.detached) return;
    leg.behind = false;
    for (const entry of page) {
      const own = entry.sender === key && (!this.#own || leg.said.has(String(entry.sequence)));
      if (own) leg.position = entry.sequence;
      else if (!leg.offer(this.#ports.message(entry))) {
        leg.behind = true; // goes on from there when this has been written
        return;
      }
    }
    const all = page.length === 0; // a page may end early, for its size
    if (all) leg.position = Math.max(leg.position, head);
    leg.behind = leg.behind || !all || leg.position < log.head;
  }
}
