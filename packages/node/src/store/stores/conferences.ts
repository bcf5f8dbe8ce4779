/** Sessions of many over the worker. */
import type {
  ConferenceRecord,
  ConferenceStore,
  StoredConference,
  StoredParticipant,
} from "@parlance/server";
import { type Row, RowReader } from "../rows.ts";
import type { StoreWorker } from "../store-worker.ts";
import type { ConferenceRows } from "../tables/conferences.ts";

const KINDS = ["ad-hoc", "pre-defined", "chat room"] as const;
const STATES = ["invited", "present", "gone", "expelled"] as const;

export class SqliteConferences implements ConferenceStore {
  readonly #worker: StoreWorker;

  constructor(worker: StoreWorker) {
    this.#worker = worker;
  }

  open(conference: StoredConference): Promise<void> {
    const { id, kind, group, creator, subject, startedAt, locked } = conference;
    const flags = [locked ? 1 : 0];
    const columns = [id, kind, group ?? null, creator, subject ?? null, startedAt, ...flags];
    return this.#worker.call("openConference", columns);
  }

  put(id: string, participant: StoredParticipant): Promise<void> {
    return this.#worker.call("putParticipant", id, participantRow(participant));
  }

  forget(id: string, address: string): Promise<void> {
    return this.#worker.call("forgetParticipant", id, address);
  }

  end(id: string): Promise<boolean> {
    return this.#worker.call("endConference", id);
  }

  async list(after: string | undefined, limit: number): Promise<readonly ConferenceRecord[]> {
    return (await this.#worker.call("listConferences", after ?? "", limit)).map(readRecord);
  }
}

function participantRow(one: StoredParticipant): Row {
  const { address, uri, state, entity, anonymous, alias, groupName, profileName, muted } = one;
  const recordsAs = one.recordsAs ?? null;
  const names = [alias ?? null, groupName ?? null, profileName ?? null];
  return [address, uri, state, entity, anonymous ? 1 : 0, ...names, muted ? 1 : 0, recordsAs];
}

function readRecord([columns, participants]: ConferenceRows): ConferenceRecord {
  const row = new RowReader(columns);
  return {
    conference: {
      id: row.text(),
      kind: row.word(KINDS),
      group: row.optionalText(),
      creator: row.text(),
      subject: row.optionalText(),
      startedAt: row.number(),
      locked: row.flag(),
    },
    participants: participants.map(readParticipant),
  };
}

function readParticipant(columns: Row): StoredParticipant {
  const row = new RowReader(columns);
  return {
    address: row.text(),
    uri: row.text(),
    state: row.word(STATES),
    entity: row.text(),
    anonymous: row.flag(),
    alias: row.optionalText(),
    groupName: row.optionalText(),
    profileName: row.optionalText(),
    muted: row.flag(),
    recordsAs: row.optionalText(),
  };
}
