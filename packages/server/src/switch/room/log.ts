/** What was said in a room, kept so that those who come back get it. */
import type { Cancel, Wheel } from "@parlance/wire";
import type { Log, RoomLogRules } from "../../ports/index.ts";
import type { RoomCursor, RoomEntry, RoomPage, RoomStore } from "../../store/index.ts";

export interface RoomLogPorts {
  readonly store: RoomStore;
  readonly wheel: Wheel;
  readonly log: Log;
  /** How far the members that are here have had everything. */
  cursors(): Iterable<RoomCursor>;
  /** Of one member. */
  readonly mostDevices: number;
  readonly isHere: (member: string, device: string) => boolean;
  /** One device of his too many: this one has no place of its own any more. */
  readonly crowdedOut: (member: string, device: string) => void;
}

/** How far members are is written so often: a crash makes them get again what came since. */
const ADVANCE_MS = 5_000;
/** Old messages are taken away when so many new ones have come. */
const PRUNE_EVERY = 64;

/** A device that comes into the room. */
export interface Returning {
  readonly member: string;
  /** What its member has had since the room was opened. */
  readonly had: number;
  /** Its name among those of the member, and what it has had itself. */
  readonly device: string | undefined;
  readonly hadHere: number | undefined;
  /** A Message-ID or a position that it names. */
  readonly since: string | undefined;
}

export interface Beginning {
  readonly position: number;
  /** What its member has said since is news to it as well. */
  readonly own: boolean;
}

/** Under which the store knows how far a device is. No key of a member has a blank. */
export function deviceKey(member: string, device: string): string {
  return `${member} ${device}`;
}

function isOfDevice(key: string): boolean {
  return key.includes(" ");
}

export class RoomLog {
  readonly #room: string;
  readonly #ports: RoomLogPorts;
  readonly #kept = new Map<string, number>();
  /** Members whose cursor, or whose leaving, the store would not write. */
  readonly #owed = new Set<string>();
  readonly #opened: Promise<void>;
  #rules: RoomLogRules;
  #next = 1;
  /** Of the last message that has gone to the devices. */
  #head = 0;
  #advancing: Cancel | undefined;
  #stopped = false;

  constructor(room: string, rules: RoomLogRules, ports: RoomLogPorts) {
    this.#room = room;
    this.#rules = rules;
    this.#ports = ports;
    this.#opened = this.#open();
    this.#opened.catch(() => {}); // whoever needs it hears of it
  }

  get head(): number {
    return this.#head;
  }

  /** Resolves when the store has said how far the room and its members are; rejects when it cannot. */
  opened(): Promise<void> {
    return this.#opened;
  }

  update(rules: RoomLogRules): void {
    this.#rules = rules;
  }

  /** To be called after `opened`, in the order in which the messages are to go on. */
  append(entry: Omit<RoomEntry, "room" | "sequence">): {
    readonly sequence: number;
    readonly stored: Promise<"stored" | "known">;
  } {
    // The room may be gone for good, with everything that was said there.
    if (this.#stopped) throw new Error("the room is closed");
    const sequence = this.#next;
    this.#next += 1;
    const stored = this.#ports.store.append({ ...entry, room: this.#room, sequence });
    if (sequence % PRUNE_EVERY === 0) this.#prune();
    return { sequence, stored };
  }

  /** It has gone to all who are here. */
  passed(sequence: number): void {
    this.#head = Math.max(this.#head, sequence);
    this.#advanceLater();
  }

  page(member: string, after: number, page: RoomPage): Promise<readonly RoomEntry[]> {
    return this.#ports.store.page(this.#room, member, after, page);
  }

  /** Where a device begins to read: behind what it names, what it has had itself, or what its member has had. */
  async begin({ member, had, device, hadHere, since }: Returning): Promise<Beginning> {
    await this.#opened;
    const head = this.#head;
    const named = since === undefined ? undefined : await this.#named(since);
    if (named !== undefined) return { position: named, own: true };
    const keptHere = device === undefined ? undefined : this.#kept.get(deviceKey(member, device));
    if ((keptHere ?? hadHere) !== undefined) {
      return { position: Math.max(keptHere ?? 0, hadHere ?? 0), own: true };
    }
    const position = Math.max(this.#kept.get(member) ?? head, had);
    return { position, own: (since ?? device) !== undefined };
  }

  /** It is let in: from where it has begun its member misses what is said, and so does the device, whatever others of his have had. */
  enter(member: string, device: string | undefined, { position }: Beginning): void {
    const keys = device === undefined ? [member] : [member, deviceKey(member, device)];
    const fresh = keys
      .filter((key) => !this.#kept.has(key))
      .map((key): RoomCursor => ({ member: key, sequence: position }));
    for (const { member: key, sequence } of fresh) this.#kept.set(key, sequence);
    if (fresh.length > 0) this.#writeCursors(fresh);
    if (device !== undefined && fresh.length > 0) this.#makeRoom(member);
  }

  /** What a device has had that says only now which one it is; undefined: it is one more. */
  hadBy(member: string, device: string): Beginning | undefined {
    const position = this.#kept.get(deviceKey(member, device));
    return position === undefined ? undefined : { position, own: true };
  }

  /** Writes down how far everybody is. */
  advance(): void {
    const moved = [...this.#ports.cursors()].filter(({ member, sequence }) => {
      return sequence > (this.#kept.get(member) ?? 0);
    });
    for (const { member, sequence } of moved) this.#kept.set(member, sequence);
    for (const member of this.#owed) {
      const sequence = this.#kept.get(member);
      if (sequence === undefined) this.#forget(member);
      else moved.push({ member, sequence });
    }
    this.#owed.clear();
    if (moved.length > 0) this.#writeCursors(moved);
  }

  /** He goes, and may come back; with his devices. */
  keep(cursors: readonly RoomCursor[]): void {
    const known = cursors.filter(({ member }) => this.#kept.has(member));
    for (const { member, sequence } of known) {
      this.#kept.set(member, Math.max(sequence, this.#kept.get(member) ?? 0));
    }
    if (known.length > 0) this.#writeCursors(known);
  }

  /** He goes for good; what is known of devices that he was lost with stays. */
  leave(member: string): void {
    if (this.#kept.has(member)) this.#forget(member);
  }

  /** Nothing is known any more of him, and of his devices. */
  forget(member: string): void {
    for (const key of this.#kept.keys()) {
      if (key === member || key.startsWith(deviceKey(member, ""))) this.#forget(key);
    }
  }

  /** One of his devices goes for good. */
  forgetDevice(member: string, device: string): void {
    const key = deviceKey(member, device);
    if (this.#kept.has(key)) this.#forget(key);
  }

  /** The room is closed: nothing is written behind this. */
  stop(): void {
    this.#advancing?.();
    this.advance();
    this.#stopped = true;
  }

  async #open(): Promise<void> {
    const { last, cursors } = await this.#ports.store.open(this.#room);
    this.#next = last + 1;
    this.#head = last;
    for (const { member, sequence } of cursors) this.#kept.set(member, sequence);
  }

  /** A Message-ID, or a number as `sequence`. */
  async #named(since: string): Promise<number | undefined> {
    const found = await this.#ports.store.find(this.#room, since);
    if (found !== undefined) return found;
    return /^\d{1,10}$/.test(since) ? Number(since) : undefined;
  }

  #prune(): void {
    const { messages, seconds } = this.#rules;
    const before = this.#ports.wheel.now() - seconds * 1_000;
    const first = this.#next - messages;
    this.#write(this.#ports.store.prune(this.#room, first, before));
    const here = new Set([...this.#ports.cursors()].map(({ member }) => member));
    for (const [key, sequence] of this.#kept) {
      // What it missed is not there any more.
      if (isOfDevice(key) && sequence < first && !here.has(key)) this.#forget(key);
    }
  }

  /** Whoever comes each time as another device is known as the last of them. */
  #makeRoom(member: string): void {
    const { mostDevices, isHere, crowdedOut } = this.#ports;
    const head = deviceKey(member, "");
    const devices = [...this.#kept]
      .filter(([key]) => key.startsWith(head))
      .map(([key, sequence]) => ({ name: key.slice(head.length), sequence }));
    if (devices.length <= mostDevices) return;
    const away = devices.filter(({ name }) => !isHere(member, name));
    const [least] = away.toSorted((a, b) => a.sequence - b.sequence);
    if (least === undefined) return;
    this.#forget(head + least.name);
    crowdedOut(member, least.name);
  }

  #forget(key: string): void {
    this.#kept.delete(key);
    this.#writeFor([key], this.#ports.store.forget(this.#room, key));
  }

  #advanceLater(): void {
    if (this.#stopped) return;
    this.#advancing ??= this.#ports.wheel.after(ADVANCE_MS, () => {
      this.#advancing = undefined;
      this.advance();
    });
  }

  #writeCursors(cursors: readonly RoomCursor[]): void {
    const members = cursors.map(({ member }) => member);
    this.#writeFor(members, this.#ports.store.advance(this.#room, cursors));
  }

  /** Whom a crash would make miss something, or get it twice, is written again. */
  #writeFor(members: readonly string[], done: Promise<unknown>): void {
    this.#write(
      done.catch((error: unknown) => {
        for (const member of members) this.#owed.add(member);
        this.#advanceLater();
        throw error;
      }),
    );
  }

  /** Nobody waits for it. */
  #write(done: Promise<unknown>): void {
    done.catch((error: unknown) => {
      this.#ports.log.warn("room log", { error: String(error) });
    });
  }
}
