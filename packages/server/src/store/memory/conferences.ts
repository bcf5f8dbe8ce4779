/** Sessions of many in memory. */
import type {
  ConferenceRecord,
  ConferenceStore,
  StoredConference,
  StoredParticipant,
} from "../conferences.ts";
import type { Ledger } from "./ledger.ts";

interface Kept {
  conference: StoredConference;
  readonly participants: Map<string, StoredParticipant>;
}

export class MemoryConferences implements ConferenceStore {
  readonly #ledger: Ledger;
  readonly #kept = new Map<string, Kept>();

  constructor(ledger: Ledger, records: readonly ConferenceRecord[]) {
    this.#ledger = ledger;
    for (const { conference, participants } of records) {
      const known = participants.map((one) => [one.address, one] as const);
      this.#kept.set(conference.id, { conference, participants: new Map(known) });
    }
  }

  records(): readonly ConferenceRecord[] {
    return this.#sorted().map(recordOf);
  }

  open(conference: StoredConference): Promise<void> {
    return this.#ledger.change(() => {
      const known = this.#kept.get(conference.id);
      if (known === undefined)
        this.#kept.set(conference.id, { conference, participants: new Map() });
      else known.conference = conference;
    });
  }

  put(id: string, participant: StoredParticipant): Promise<void> {
    return this.#ledger.change(() => {
      this.#kept.get(id)?.participants.set(participant.address, participant);
    });
  }

  forget(id: string, address: string): Promise<void> {
    return this.#ledger.change(() => {
      this.#kept.get(id)?.participants.delete(address);
    });
  }

  end(id: string): Promise<boolean> {
    return this.#ledger.change(() => this.#kept.delete(id));
  }

  list(after: string | undefined, limit: number): Promise<readonly ConferenceRecord[]> {
    return this.#ledger.read(() => {
      const rest = this.#sorted().filter(({ conference }) => conference.id > (after ?? ""));
      return rest.slice(0, limit).map(recordOf);
    });
  }

  #sorted(): readonly Kept[] {
    return [...this.#kept.values()].toSorted((a, b) =>
      a.conference.id < b.conference.id ? -1 : 1,
    );
  }
}

function recordOf({ conference, participants }: Kept): ConferenceRecord {
  const sorted = [...participants.values()].toSorted((a, b) => (a.address < b.address ? -1 : 1));
  return { conference, participants: sorted };
}
