/** Kept sessions over the worker. */
import type {
  DueRecording,
  NewRecording,
  RecordedMessage,
  RecordedParty,
  Recording,
  RecordingStore,
} from "@parlance/server";
import { type Row, RowReader } from "../rows.ts";
import type { StoreWorker } from "../store-worker.ts";

export class SqliteRecordings implements RecordingStore {
  readonly #worker: StoreWorker;

  constructor(worker: StoreWorker) {
    this.#worker = worker;
  }

  begin(recording: NewRecording): Promise<void> {
    return this.#worker.call("beginRecording", [
      recording.id,
      recording.owner,
      recording.name,
      recording.subject ?? null,
      recording.conversation,
      recording.group ?? null,
      recording.groupName ?? null,
      writeParties(recording.parties),
      recording.startedAt,
      recording.expiresAt,
    ]);
  }

  add(owner: string, id: string, message: string, sizeBytes: number): Promise<boolean> {
    return this.#worker.call("addToRecording", owner, id, message, sizeBytes);
  }

  end(
    owner: string,
    id: string,
    endedAt: number,
    parties: readonly RecordedParty[],
  ): Promise<boolean> {
    return this.#worker.call("endRecording", owner, id, endedAt, writeParties(parties));
  }

  endAll(endedAt: number): Promise<number> {
    return this.#worker.call("endRecordings", endedAt);
  }

  async list(
    owner: string,
    before: string | undefined,
    limit: number,
  ): Promise<readonly Recording[]> {
    const rows = await this.#worker.call("listRecordings", owner, before ?? null, limit);
    return rows.map(readRecording);
  }

  async find(owner: string, id: string): Promise<Recording | undefined> {
    const row = await this.#worker.call("findRecording", owner, id);
    return row && readRecording(row);
  }

  async messages(
    owner: string,
    id: string,
    after: number,
    limit: number,
  ): Promise<readonly RecordedMessage[]> {
    const rows = await this.#worker.call("messagesOfRecording", owner, id, after, limit);
    return rows.map(readLink);
  }

  remove(owner: string, id: string): Promise<boolean> {
    return this.#worker.call("removeRecording", owner, id);
  }

  removeAll(owner: string): Promise<number> {
    return this.#worker.call("removeRecordings", owner);
  }

  async due(now: number, limit: number): Promise<DueRecording | undefined> {
    const found = await this.#worker.call("dueRecording", now, limit);
    if (found === undefined) return undefined;
    const [columns, links] = found;
    const row = new RowReader(columns);
    return { owner: row.text(), id: row.text(), messages: links.map(readLink) };
  }

  unlink(owner: string, id: string, upTo: number): Promise<void> {
    return this.#worker.call("unlinkRecording", owner, id, upTo);
  }
}

function readRecording(columns: Row): Recording {
  const row = new RowReader(columns);
  return {
    id: row.text(),
    owner: row.text(),
    name: row.text(),
    subject: row.optionalText(),
    conversation: row.text(),
    group: row.optionalText(),
    groupName: row.optionalText(),
    parties: readParties(row.text()),
    startedAt: row.number(),
    expiresAt: row.number(),
    endedAt: row.optionalNumber(),
    messages: row.number(),
    sizeBytes: row.number(),
  };
}

function readLink(columns: Row): RecordedMessage {
  const row = new RowReader(columns);
  return { number: row.number(), message: row.text() };
}

function writeParties(parties: readonly RecordedParty[]): string {
  return JSON.stringify(parties.map(({ uri, name }) => [uri, name ?? null]));
}

function readParties(text: string): readonly RecordedParty[] {
  const read: unknown = JSON.parse(text);
  if (!Array.isArray(read)) return [];
  return read.flatMap((one: unknown) => {
    if (!Array.isArray(one) || typeof one[0] !== "string") return [];
    const [uri, name]: readonly unknown[] = one;
    if (typeof uri !== "string") return [];
    return [{ uri, name: typeof name === "string" ? name : undefined }];
  });
}
