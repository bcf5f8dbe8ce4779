/** What was said in conferences, over the worker. */
import type { RoomCursor, RoomEntry, RoomPage, RoomStart, RoomStore } from "@parlance/server";
import { listText, type Row, RowReader } from "../rows.ts";
import type { StoreWorker } from "../store-worker.ts";

export class SqliteRooms implements RoomStore {
  readonly #worker: StoreWorker;

  constructor(worker: StoreWorker) {
    this.#worker = worker;
  }

  list(after: string | undefined, limit: number): Promise<readonly string[]> {
    return this.#worker.call("listRooms", after ?? "", limit);
  }

  async open(room: string): Promise<RoomStart> {
    const [last, cursors] = await this.#worker.call("openRoom", room);
    return { last: new RowReader([last]).number(), cursors: cursors.map(readCursor) };
  }

  append(entry: RoomEntry): Promise<"stored" | "known"> {
    const { room, sequence, messageId, sender, senderId, audience, saidAt, type, bytes } = entry;
    const list = audience === undefined ? null : listText(audience);
    const columns = [room, sequence, messageId, sender, senderId, list, saidAt, type];
    return this.#worker.call("appendToRoom", columns, bytes);
  }

  async page(
    room: string,
    member: string,
    after: number,
    { messages, bytes }: RoomPage,
  ): Promise<readonly RoomEntry[]> {
    return (await this.#worker.call("roomPage", room, member, after, [messages, bytes])).map(
      readEntry,
    );
  }

  async find(room: string, messageId: string): Promise<number | undefined> {
    const found = await this.#worker.call("findInRoom", room, messageId);
    return found === undefined ? undefined : new RowReader([found]).number();
  }

  advance(room: string, cursors: readonly RoomCursor[]): Promise<void> {
    const rows = cursors.map(({ member, sequence }) => [member, sequence]);
    return this.#worker.call("advanceInRoom", room, rows);
  }

  forget(room: string, member: string): Promise<void> {
    return this.#worker.call("forgetInRoom", room, member);
  }

  prune(room: string, beforeSequence: number, saidBefore: number): Promise<number> {
    return this.#worker.call("pruneRoom", room, beforeSequence, saidBefore);
  }

  forgetMember(member: string): Promise<number> {
    return this.#worker.call("forgetInRooms", member);
  }

  remove(room: string): Promise<void> {
    return this.#worker.call("removeRoom", room);
  }
}

function readCursor(columns: Row): RoomCursor {
  const row = new RowReader(columns);
  return { member: row.text(), sequence: row.number() };
}

function readEntry(columns: Row): RoomEntry {
  const row = new RowReader(columns);
  return {
    room: row.text(),
    sequence: row.number(),
    messageId: row.text(),
    sender: row.text(),
    senderId: row.text(),
    audience: row.optionalTexts(),
    saidAt: row.number(),
    type: row.text(),
    bytes: row.bytes(),
  };
}
