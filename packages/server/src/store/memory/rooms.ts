/** What was said in conferences, in memory. */
import type { RoomCursor, RoomEntry, RoomPage, RoomStart, RoomStore } from "../rooms.ts";
import type { Ledger } from "./ledger.ts";

export interface RoomRecord {
  readonly room: string;
  readonly last: number;
  readonly entries: readonly RoomEntry[];
  readonly cursors: readonly RoomCursor[];
}

interface Kept {
  last: number;
  entries: RoomEntry[];
  readonly said: Set<string>;
  readonly cursors: Map<string, number>;
}

export class MemoryRooms implements RoomStore {
  readonly #ledger: Ledger;
  readonly #rooms = new Map<string, Kept>();

  constructor(ledger: Ledger, records: readonly RoomRecord[]) {
    this.#ledger = ledger;
    for (const { room, last, entries, cursors } of records) {
      this.#rooms.set(room, {
        last,
        entries: [...entries],
        said: new Set(entries.map(saidId)),
        cursors: new Map(cursors.map(({ member, sequence }) => [member, sequence])),
      });
    }
  }

  records(): readonly RoomRecord[] {
    return [...this.#rooms].map(([room, { last, entries, cursors }]) => ({
      room,
      last,
      entries: [...entries],
      cursors: cursorsOf(cursors),
    }));
  }

  list(after: string | undefined, limit: number): Promise<readonly string[]> {
    return this.#ledger.read(() =>
      [...this.#rooms.keys()]
        .toSorted()
        .filter((room) => after === undefined || room > after)
        .slice(0, limit),
    );
  }

  open(room: string): Promise<RoomStart> {
    return this.#ledger.read(() => {
      const kept = this.#rooms.get(room);
      return { last: kept?.last ?? 0, cursors: cursorsOf(kept?.cursors ?? new Map()) };
    });
  }

  append(entry: RoomEntry): Promise<"stored" | "known"> {
    return this.#ledger.change(() => {
      const kept = this.#kept(entry.room);
      const said = saidId(entry);
      if (kept.said.has(said)) return "known";
      kept.said.add(said);
      // A copy: what came in may be a small view of a large buffer.
      kept.entries.push({ ...entry, bytes: entry.bytes.slice() });
      kept.last = Math.max(kept.last, entry.sequence);
      return "stored";
    });
  }

  page(room: string, member: string, after: number, most: RoomPage): Promise<readonly RoomEntry[]> {
    return this.#ledger.read(() => {
      const entries = this.#rooms.get(room)?.entries ?? [];
      const page: RoomEntry[] = [];
      let bytes = 0;
      for (const entry of entries) {
        if (entry.sequence <= after || !isFor(entry, member)) continue;
        bytes += entry.bytes.length;
        if (page.length === most.messages || (bytes > most.bytes && page.length > 0)) break;
        page.push(entry);
      }
      return page;
    });
  }

  find(room: string, messageId: string): Promise<number | undefined> {
    return this.#ledger.read(() => {
      const entries = this.#rooms.get(room)?.entries ?? [];
      return entries.find((entry) => entry.messageId === messageId)?.sequence;
    });
  }

  advance(room: string, cursors: readonly RoomCursor[]): Promise<void> {
    return this.#ledger.change(() => {
      const kept = this.#kept(room);
      for (const { member, sequence } of cursors) {
        kept.cursors.set(member, Math.max(sequence, kept.cursors.get(member) ?? 0));
      }
    });
  }

  forget(room: string, member: string): Promise<void> {
    return this.#ledger.change(() => void this.#rooms.get(room)?.cursors.delete(member));
  }

  forgetMember(member: string): Promise<number> {
    const isHis = (key: string): boolean => key === member || key.startsWith(`${member} `);
    return this.#ledger.change(() => {
      let gone = 0;
      for (const kept of this.#rooms.values()) {
        for (const key of kept.cursors.keys()) {
          if (isHis(key)) gone += kept.cursors.delete(key) ? 1 : 0;
        }
        kept.entries = kept.entries.flatMap((entry) => {
          if (entry.audience?.some(isHis) !== true) return [entry];
          gone += 1;
          const audience = entry.audience.filter((key) => !isHis(key));
          return audience.length === 0 ? [] : [{ ...entry, audience }];
        });
      }
      return gone;
    });
  }

  prune(room: string, beforeSequence: number, saidBefore: number): Promise<number> {
    return this.#ledger.change(() => {
      const kept = this.#rooms.get(room);
      if (kept === undefined) return 0;
      const left = kept.entries.filter(
        ({ sequence, saidAt }) => sequence >= beforeSequence && saidAt >= saidBefore,
      );
      const gone = kept.entries.length - left.length;
      kept.entries = left;
      kept.said.clear();
      for (const entry of left) kept.said.add(saidId(entry));
      return gone;
    });
  }

  remove(room: string): Promise<void> {
    return this.#ledger.change(() => void this.#rooms.delete(room));
  }

  #kept(room: string): Kept {
    const known = this.#rooms.get(room);
    if (known !== undefined) return known;
    const made: Kept = { last: 0, entries: [], said: new Set(), cursors: new Map() };
    this.#rooms.set(room, made);
    return made;
  }
}

function isFor({ audience, sender }: RoomEntry, member: string): boolean {
  return audience === undefined || sender === member || audience.includes(member);
}

function saidId({ sender, senderId }: RoomEntry): string {
  return JSON.stringify([sender, senderId]);
}

function cursorsOf(cursors: ReadonlyMap<string, number>): readonly RoomCursor[] {
  return [...cursors]
    .map(([member, sequence]) => ({ member, sequence }))
    .toSorted((a, b) => (a.member < b.member ? -1 : 1));
}
