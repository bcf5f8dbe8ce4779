/** To whom a message goes, and that it goes there. Clause 8.3, 8.4; RFC 7701 §6 */
import type { MappingTable } from "./mapping-table.ts";
import type { Member, RoomEnd, RoomMessage } from "./model.ts";

/** Devices sorted by whether they take a type. */
interface Sorted {
  readonly takes: readonly RoomEnd[];
  readonly refuses: readonly RoomEnd[];
}

/** So many wrapped types are remembered at once. */
const MOST_TYPES = 32;

export class Distribution {
  readonly #table: MappingTable;
  readonly #byType = new Map<string, Sorted>();

  constructor(table: MappingTable) {
    this.#table = table;
  }

  /** Somebody came, went, or takes other types than before. */
  changed(): void {
    this.#byType.clear();
  }

  /** The device that said it gets no copy, the others of the same member do. Clause 8.3 */
  pass(message: RoomMessage): void {
    const { by, outcomes, to, from } = message;
    if (to === undefined) return this.#passToAll(message);
    const members = new Set(from === undefined ? to : [...to, from]);
    const ends = endsOf(members).filter((end) => end !== by);
    const others = ends.filter(({ member, awaited }) => awaited && member !== from);
    const behind = behindIn(others, message);
    outcomes?.expect(others.length - behind.length, behind);
    for (const end of ends) passTo(end, message);
  }

  /** The devices of all for whom a message is that goes on as it comes. */
  receivers(essence: string, to: readonly Member[] | undefined, by: RoomEnd): readonly RoomEnd[] {
    if (to === undefined) return this.#sorted(essence).takes.filter((end) => end !== by);
    const ends = endsOf(new Set([...to, by.member]));
    return ends.filter((end) => end !== by && end.takes(essence));
  }

  #passToAll(message: RoomMessage): void {
    const { by, outcomes, from, essence } = message;
    const { takes, refuses } = this.#sorted(essence);
    if (outcomes !== undefined) {
      const counts = (end: RoomEnd): boolean => end.awaited && end.member !== from;
      const taking = takes.reduce((sum, end) => (counts(end) ? sum + 1 : sum), 0);
      const refusing = refuses.filter(counts);
      const behind = behindIn(takes.filter(counts), message);
      outcomes.expect(taking - behind.length + refusing.length, behind);
      for (const end of refusing) outcomes.settled(end, 415);
    }
    for (const end of takes) if (end !== by) passTo(end, message);
  }

  #sorted(essence: string): Sorted {
    const known = this.#byType.get(essence);
    if (known !== undefined) return known;
    const ends = endsOf(this.#table.members);
    const sorted = {
      takes: ends.filter((end) => end.takes(essence)),
      refuses: ends.filter((end) => !end.takes(essence)),
    };
    if (this.#byType.size >= MOST_TYPES) this.#byType.clear();
    this.#byType.set(essence, sorted);
    return sorted;
  }
}

function endsOf(members: Iterable<Member>): readonly RoomEnd[] {
  return [...members].flatMap(({ ends }) => [...ends]);
}

/** Those who get what is kept when they are as far: by the log, and not now. */
function behindIn(ends: readonly RoomEnd[], { sequence }: RoomMessage): readonly RoomEnd[] {
  return sequence === 0 ? [] : ends.filter(({ behind }) => behind);
}

function passTo(end: RoomEnd, message: RoomMessage): void {
  const status = end.judge(message);
  if (status === undefined) end.post(message);
  else message.outcomes?.settled(end, status);
}
