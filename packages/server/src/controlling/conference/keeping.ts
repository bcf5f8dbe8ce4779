/**
 * What of a session outlives the server: its identity, and who is, was or was asked to be in it. Written as it happens;
 * nobody waits for it, since nothing that was acknowledged is in it. OMA IM 21
 */
import { formatUri } from "@parlance/sip";
import type { Log } from "../../ports/index.ts";
import type {
  ConferenceRecord,
  ConferenceStore,
  StoredConference,
  StoredParticipant,
} from "../../store/index.ts";
import type { Participant } from "./participant.ts";

const PAGE = 100;

export class Keeping {
  readonly #store: ConferenceStore;
  readonly #log: Log;

  constructor(store: ConferenceStore, log: Log) {
    this.#store = store;
    this.#log = log;
  }

  opened(conference: StoredConference): void {
    this.#wait(this.#store.open(conference));
  }

  changed(id: string, participant: Participant): void {
    this.#wait(this.#store.put(id, storedAs(participant)));
  }

  forgotten(id: string, address: string): void {
    this.#wait(this.#store.forget(id, address));
  }

  ended(id: string): void {
    this.#wait(this.#store.end(id));
  }

  /** Everything that there was before. */
  async *all(): AsyncIterable<ConferenceRecord> {
    for (let after: string | undefined; ; ) {
      const page = await this.#store.list(after, PAGE);
      yield* page;
      after = page.at(-1)?.conference.id;
      if (page.length < PAGE) return;
    }
  }

  #wait(change: Promise<unknown>): void {
    change.catch((error: unknown) => {
      this.#log.warn("conference not stored", { error: String(error) });
    });
  }
}

function storedAs(one: Participant): StoredParticipant {
  const { address, uri, state, appearance, muted, recordsAs } = one;
  const { entity, anonymous, alias, groupName, profileName } = appearance;
  const names = { alias, groupName, profileName };
  return { address, uri: formatUri(uri), state, entity, anonymous, ...names, muted, recordsAs };
}
