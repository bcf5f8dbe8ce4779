/** Conversations as the store of the SDK has them: the list, and the entries of those that are shown. */
import {
  type HistoryEntry,
  type ImClient,
  ImError,
  type IncomingMessage,
  type SentMessage,
} from "@parlance/client/web";
import type { Board } from "../model/board.ts";
import {
  changeRow,
  needsName,
  newRow,
  sortRows,
  withGroupName,
  withSaid,
} from "../model/conversation-list.ts";
import { isCounted, isOneOf, itemOf, keptItem, sendingOf, sentKey } from "../model/item-of.ts";
import { changeItem, mergeItems } from "../model/merge-items.ts";
import { pastRow, pastView } from "../model/past-room.ts";
import type {
  ConversationRow,
  FileBody,
  Item,
  NoticeBody,
  Slices,
  TalkView,
} from "../model/views.ts";
import { GroupNames } from "./group-names.ts";

const PAGE = 60;
const NEW_PAGE = 30;
/** Among so many messages somebody who has told his name has told it. */
const NAMED_WITHIN = 100;
const MOST_ROWS = 500;
const MOST_LISTED = 100;
/** Loops over what is new in a conversation end here; the rest is read when the user scrolls. */
const MOST_NEW = 5_000;

export class Talks {
  readonly #client: ImClient;
  readonly #board: Board<Slices>;
  /** Those that were read, by which more can be done with them. */
  readonly #entries = new Map<string, HistoryEntry>();
  /** What is known of files beside what the store says: newer, and there before it. */
  readonly #files = new Map<string, Partial<FileBody>>();
  /** One at a time for each conversation, and once more when something came meanwhile. */
  readonly #running = new Map<string, "once" | "again">();
  /** Of conversations that are shown: the lowest order that was read. */
  readonly #reached = new Map<string, number>();
  /** Those of which the server could not be asked for what is older. */
  readonly #unasked = new Set<string>();
  #listed = false;
  /** Those in which a name has been looked for. */
  readonly #learned = new Set<string>();
  readonly #names: GroupNames;
  #notices = 0;

  constructor(client: ImClient, board: Board<Slices>) {
    this.#client = client;
    this.#board = board;
    this.#names = new GroupNames(client, (address, name) =>
      this.changeRow(address, (row) => withGroupName(row, name)),
    );
  }

  async start(): Promise<void> {
    const found = await this.#client.conversations(MOST_ROWS);
    const rows = found.map(({ address, newest }) => {
      const item = itemOf(newest, this.#self);
      const row = newRow(address, {
        newest: item,
        at: item?.at ?? 0,
        unread: this.#client.conversation(address).unread,
        ...this.#roomOf(address),
      });
      return item === undefined ? row : withSaid(row, [item]);
    });
    this.#board.put("list", sortRows(rows));
    void this.#learnNames(rows).catch(() => {}); // a store that ends
    this.#client.on("connection", ({ state }) => {
      if (state === "online") void this.#online().catch(() => {}); // the next line is another occasion
    });
    this.#client.on("history", () => void this.#brought().catch(() => {})); // a store that ends
    if (this.#client.connection.state === "online") void this.#online().catch(() => {});
  }

  async open(address: string): Promise<void> {
    if (this.#talk(address) === undefined) {
      this.#board.put(`talk ${address}`, { items: [], whole: false, loading: true });
      await this.#read(address, undefined);
    }
    this.ensureRow(address);
  }

  async older(address: string): Promise<void> {
    const talk = this.#talk(address);
    if (talk === undefined || talk.whole || talk.loading) return;
    this.#put(address, { ...talk, loading: true });
    await this.#read(address, this.#reached.get(address));
  }

  /** Something has changed in the store. */
  refresh(address: string): void {
    if (this.#running.has(address)) {
      this.#running.set(address, "again");
      return;
    }
    this.#running.set(address, "once");
    const done = this.#refresh(address).catch(() => {}); // a store that ends
    void done.finally(() => {
      const again = this.#running.get(address) === "again";
      this.#running.delete(address);
      if (again) this.refresh(address);
    });
  }

  message(key: string): IncomingMessage | undefined {
    const entry = this.#entries.get(key);
    return entry?.direction === "received" ? entry.message : undefined;
  }

  /** From the user's own history, on all of his devices. */
  async remove(address: string, key: string): Promise<void> {
    const entry = this.#entries.get(key);
    if (entry !== undefined) await this.#client.conversation(address).remove(entry);
  }

  /** Of a group that the user is in the row stays, empty. `ids`: of what is gone; undefined: all of it. */
  async gone(address: string, ids: readonly string[] | undefined): Promise<void> {
    const talk = this.#talk(address);
    if (talk !== undefined) {
      const items = ids === undefined ? [] : talk.items.filter((item) => !isOneOf(item, ids));
      this.#put(address, { ...talk, items });
    }
    const { value } = await this.#client.conversation(address).history({ limit: NEW_PAGE }).next();
    const newest = this.#itemsOf(value ?? []).at(-1);
    if (newest === undefined && this.#roomOf(address).roomState === undefined) {
      this.#board.change("list", (rows = []) => rows.filter((row) => row.address !== address));
      return;
    }
    this.changeRow(address, (row) => ({ ...row, newest, at: newest?.at ?? row.at }));
    if (ids === undefined) this.refresh(address);
  }

  item(address: string, key: string): Item | undefined {
    return this.#talk(address)?.items.find((item) => item.key === key);
  }

  /** A message of ours has moved on. */
  moved(message: SentMessage): void {
    const { conversation } = message.record;
    const change = (item: Item): Item => ({ ...item, sending: sendingOf(message) });
    this.#change(conversation, sentKey(message.id), change);
    const row = this.#row(conversation);
    if (row?.newest?.key !== sentKey(message.id)) return this.refresh(conversation);
    this.changeRow(conversation, (one) =>
      one.newest === undefined ? one : { ...one, newest: change(one.newest) },
    );
  }

  /** What became of a file. */
  file(address: string, key: string, change: Partial<FileBody>): void {
    this.#files.set(key, { ...this.#files.get(key), ...change });
    this.#change(address, key, (item) => this.#withFile(item));
  }

  /** Something happened that no store keeps. Returns the key of its entry. */
  notice(address: string, body: NoticeBody): string {
    this.#notices += 1;
    const key = `n ${this.#notices}`;
    const talk = this.#talk(address);
    if (talk === undefined) return key;
    const order = (talk.items.at(-1)?.order ?? 0) + 0.000_1;
    const item: Item = {
      key,
      order,
      at: Date.now(),
      own: false,
      from: address,
      fromName: undefined,
      reach: "all",
      privateTo: [],
      body,
      sending: undefined,
    };
    this.#put(address, { ...talk, items: [...talk.items, item] });
    return key;
  }

  /** More is known of it; undefined takes it away. */
  changeNotice(address: string, key: string, body: NoticeBody | undefined): void {
    if (body !== undefined) return this.#change(address, key, (item) => ({ ...item, body }));
    const talk = this.#talk(address);
    if (talk === undefined) return;
    this.#put(address, { ...talk, items: talk.items.filter((item) => item.key !== key) });
  }

  ensureRow(address: string): void {
    this.changeRow(address, (row) => (row.at === 0 ? { ...row, at: Date.now() } : row));
  }

  changeRow(address: string, change: (row: ConversationRow) => ConversationRow): void {
    this.#board.change("list", (rows = []) =>
      changeRow(rows, newRow(address, this.#roomOf(address)), change),
    );
    const row = this.#row(address);
    if (row !== undefined && needsName(row)) this.#names.ask(address);
  }

  get #self(): string {
    return this.#client.address;
  }

  #roomOf(address: string): Partial<ConversationRow> {
    const room = this.#client.rooms.find((one) => one.address === address);
    if (room !== undefined)
      return { group: true, name: room.name ?? room.subject, roomState: room.state };
    const past = this.#client.pastRooms.find((one) => one.address === address);
    return past === undefined ? {} : pastRow(past, this.#self);
  }

  #talk(address: string): TalkView | undefined {
    return this.#board.get(`talk ${address}`);
  }

  #put(address: string, talk: TalkView): void {
    this.#board.put(`talk ${address}`, talk);
  }

  #row(address: string): ConversationRow | undefined {
    return this.#board.get("list")?.find((row) => row.address === address);
  }

  #change(address: string, key: string, change: (item: Item) => Item): void {
    const talk = this.#talk(address);
    if (talk === undefined) return;
    const items = changeItem(talk.items, key, change);
    if (items !== talk.items) this.#put(address, { ...talk, items });
  }

  async #read(address: string, before: number | undefined): Promise<void> {
    const query = before === undefined ? { limit: PAGE } : { limit: PAGE, before };
    const entries = await this.#firstPage(address, query);
    const items = this.#itemsOf(entries);
    const talk = this.#talk(address);
    const last = entries.at(-1);
    if (last !== undefined) this.#reached.set(address, last.order);
    this.#put(address, {
      items: mergeItems(items, talk?.items ?? []),
      whole: entries.length === 0,
      loading: false,
    });
  }

  /** Nothing where it is at the server, which cannot be asked now: it is asked once there is a line. */
  async #firstPage(
    address: string,
    query: { readonly limit: number; readonly before?: number },
  ): Promise<readonly HistoryEntry[]> {
    this.#unasked.delete(address);
    if (this.#client.connection.state !== "online") this.#unasked.add(address);
    try {
      for await (const page of this.#client.conversation(address).history(query)) return page;
    } catch (error) {
      if (!(error instanceof ImError)) throw error;
      this.#unasked.add(address);
    }
    return [];
  }

  async #online(): Promise<void> {
    this.#askAgain([...this.#unasked]);
    this.#names.lineIsBack();
    if (!this.#listed) await this.#list().catch(unlessRefused);
    for (const row of this.#board.get("list") ?? [])
      if (needsName(row)) this.#names.ask(row.address);
  }

  async #list(): Promise<void> {
    const { conversations } = await this.#client.history.conversations({ limit: MOST_LISTED });
    this.#listed = true;
    for (const { address, kind, name, ended, newest } of conversations) {
      const item = keptItem(newest, this.#self);
      const kept = kind !== "user";
      this.changeRow(address, (row) => {
        const said = row.newest === undefined && row.name === undefined ? [item] : [];
        const told = withGroupName(withSaid(row, said, kept), kept ? name : undefined);
        return row.newest === undefined ? { ...told, newest: item, at: item.at } : told;
      });
      if (ended) this.#ended(address, name);
    }
  }

  /** Here nobody was in it when it ended. */
  #ended(address: string, subject: string | undefined): void {
    if (this.#board.get(`room ${address}`) !== undefined) return; // whoever was in it knows better
    const past = { address, adHoc: true, name: undefined, subject, why: "ended" } as const;
    this.#board.put(`room ${address}`, pastView(past));
    this.changeRow(address, (row) => {
      const { name = row.name, ...rest } = pastRow(past, this.#self);
      return { ...row, ...rest, name };
    });
  }

  /** A new device has what the server kept, and nothing has told of it. */
  async #brought(): Promise<void> {
    this.#learned.clear();
    for (const { address } of await this.#client.conversations(MOST_ROWS)) this.refresh(address);
    const shown = [...this.#reached.keys(), ...this.#unasked];
    this.#askAgain([...new Set(shown)]);
  }

  /** The newest message may be the user's own, or have come without a name. These are in the store: nobody is asked. */
  async #learnNames(rows: readonly ConversationRow[]): Promise<void> {
    for (const { address, group, name } of rows) {
      if (group || name !== undefined || this.#learned.has(address)) continue;
      this.#learned.add(address);
      const pages = this.#client.conversation(address).history({ limit: NAMED_WITHIN });
      for await (const page of pages) {
        const said = page.map((entry) => itemOf(entry, this.#self)).filter(isItem);
        this.changeRow(address, (now) =>
          now.name === undefined ? withSaid(now, said.toReversed()) : now,
        );
        break; // further pages may be at the server
      }
    }
  }

  /** There may be something older in these, though there was nothing when it was asked for. */
  #askAgain(addresses: readonly string[]): void {
    for (const address of addresses) {
      this.#unasked.delete(address);
      const talk = this.#talk(address);
      if (talk?.whole === true) this.#put(address, { ...talk, whole: false });
    }
  }

  async #refresh(address: string): Promise<void> {
    const talk = this.#talk(address);
    const known = talk?.items.findLast(({ body }) => body.kind !== "notice")?.order ?? 0;
    const limit = talk === undefined ? 1 : NEW_PAGE;
    const entries: HistoryEntry[] = [];
    for await (const page of this.#client.conversation(address).history({ limit })) {
      entries.push(...page);
      const last = page.at(-1);
      // What is not here, but at the server, is not new.
      if (last === undefined || page.length < limit || entries.length >= MOST_NEW) break;
      if (talk === undefined || last.order <= known) break;
    }
    const items = this.#itemsOf(entries);
    const now = this.#talk(address);
    if (now !== undefined && !now.loading) {
      const news = items.filter(({ order }) => order >= (now.items[0]?.order ?? 0));
      this.#put(address, { ...now, items: mergeItems(now.items, news) });
    }
    const newest = items.at(-1);
    const said = items.filter(({ own, key }) => isCounted({ own, key }));
    this.changeRow(address, (row) => ({
      ...withSaid(row, said),
      newest: newest ?? row.newest,
      at: newest?.at ?? row.at,
    }));
    const row = newest && this.#row(address);
    if (row !== undefined) await this.#learnNames([row]);
  }

  /** Newest first in, oldest first out. A file that a message points to has the place of the message. */
  #itemsOf(entries: readonly HistoryEntry[]): readonly Item[] {
    const items: Item[] = [];
    for (const entry of entries) {
      const item = itemOf(entry, this.#self);
      if (item === undefined) continue;
      const known = this.#entries.get(item.key);
      if (entry.direction !== "received file" || known === undefined)
        this.#entries.set(item.key, entry);
      if (entry.direction === "received file" && entry.file.messageId !== undefined) {
        const { fileId: _, ...file } = item.body as FileBody; // of a file
        this.file(entry.file.conversation, item.key, { ...file, ...this.#files.get(item.key) });
        continue;
      }
      items.push(item);
    }
    return items.toReversed().map((item) => this.#withFile(item));
  }

  #withFile(item: Item): Item {
    const known = item.body.kind === "file" ? this.#files.get(item.key) : undefined;
    return known === undefined ? item : { ...item, body: { ...(item.body as FileBody), ...known } };
  }
}

function isItem(item: Item | undefined): item is Item {
  return item !== undefined;
}

/** The next line is another occasion. */
function unlessRefused(error: unknown): void {
  if (!(error instanceof ImError)) throw error;
}
