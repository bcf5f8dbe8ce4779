/** Kept sessions in memory. */
import type {
  DueRecording,
  NewRecording,
  RecordedMessage,
  RecordedParty,
  Recording,
  RecordingStore,
} from "../recordings.ts";
import type { Ledger } from "./ledger.ts";

export interface RecordingRow {
  readonly recording: Recording;
  readonly removed: boolean;
  readonly links: readonly RecordedMessage[];
}

export class MemoryRecordings implements RecordingStore {
  readonly #ledger: Ledger;
  readonly #isHeld: (owner: string) => boolean;
  /** By id, which is unique among all owners. */
  readonly #rows = new Map<string, RecordingRow>();

  constructor(
    ledger: Ledger,
    records: readonly RecordingRow[],
    isHeld: (owner: string) => boolean,
  ) {
    this.#ledger = ledger;
    this.#isHeld = isHeld;
    for (const row of records) this.#rows.set(row.recording.id, row);
  }

  records(): readonly RecordingRow[] {
    return [...this.#rows.values()];
  }

  begin(made: NewRecording): Promise<void> {
    return this.#ledger.change(() => {
      const recording = { ...made, endedAt: undefined, messages: 0, sizeBytes: 0 };
      this.#rows.set(made.id, { recording, removed: false, links: [] });
    });
  }

  add(owner: string, id: string, message: string, sizeBytes: number): Promise<boolean> {
    return this.#ledger.change(() =>
      this.#change(owner, id, ({ recording, links, ...row }) => ({
        ...row,
        recording: {
          ...recording,
          messages: recording.messages + 1,
          sizeBytes: recording.sizeBytes + sizeBytes,
        },
        links: [...links, { number: recording.messages + 1, message }],
      })),
    );
  }

  end(
    owner: string,
    id: string,
    endedAt: number,
    parties: readonly RecordedParty[],
  ): Promise<boolean> {
    return this.#ledger.change(() =>
      this.#change(owner, id, (row) => ({
        ...row,
        recording: { ...row.recording, endedAt, parties },
      })),
    );
  }

  endAll(endedAt: number): Promise<number> {
    return this.#ledger.change(() => {
      const open = [...this.#rows.values()].filter((row) => row.recording.endedAt === undefined);
      for (const row of open) {
        this.#rows.set(row.recording.id, { ...row, recording: { ...row.recording, endedAt } });
      }
      return open.length;
    });
  }

  list(owner: string, before: string | undefined, limit: number): Promise<readonly Recording[]> {
    return this.#ledger.read(() =>
      this.#of(owner)
        .filter(({ id }) => before === undefined || id < before)
        .toSorted((a, b) => (a.id < b.id ? 1 : -1))
        .slice(0, limit),
    );
  }

  find(owner: string, id: string): Promise<Recording | undefined> {
    return this.#ledger.read(() => this.#find(owner, id)?.recording);
  }

  messages(
    owner: string,
    id: string,
    after: number,
    limit: number,
  ): Promise<readonly RecordedMessage[]> {
    return this.#ledger.read(
      () =>
        this.#find(owner, id)
          ?.links.filter(({ number }) => number > after)
          .slice(0, limit) ?? [],
    );
  }

  remove(owner: string, id: string): Promise<boolean> {
    return this.#ledger.change(() => this.#change(owner, id, (row) => ({ ...row, removed: true })));
  }

  removeAll(owner: string): Promise<number> {
    return this.#ledger.change(() => {
      const ids = this.#of(owner).map(({ id }) => id);
      for (const id of ids) this.#change(owner, id, (row) => ({ ...row, removed: true }));
      return ids.length;
    });
  }

  due(now: number, limit: number): Promise<DueRecording | undefined> {
    return this.#ledger.read(() => {
      const row = [...this.#rows.values()].find(
        ({ recording, removed }) =>
          (removed || recording.expiresAt <= now) && !this.#isHeld(recording.owner),
      );
      if (row === undefined) return undefined;
      const { owner, id } = row.recording;
      return { owner, id, messages: row.links.slice(0, limit) };
    });
  }

  unlink(owner: string, id: string, upTo: number): Promise<void> {
    return this.#ledger.change(() => {
      const row = this.#rows.get(id);
      if (row === undefined || row.recording.owner !== owner) return;
      const links = row.links.filter(({ number }) => number > upTo);
      if (links.length === 0) this.#rows.delete(id);
      else this.#rows.set(id, { ...row, links });
    });
  }

  #of(owner: string): readonly Recording[] {
    const rows = [...this.#rows.values()].filter(({ removed }) => !removed);
    return rows.map(({ recording }) => recording).filter((one) => one.owner === owner);
  }

  #find(owner: string, id: string): RecordingRow | undefined {
    const row = this.#rows.get(id);
    return row?.removed === false && row.recording.owner === owner ? row : undefined;
  }

  #change(owner: string, id: string, change: (row: RecordingRow) => RecordingRow): boolean {
    const row = this.#find(owner, id);
    if (row === undefined) return false;
    this.#rows.set(id, change(row));
    return true;
  }
}
