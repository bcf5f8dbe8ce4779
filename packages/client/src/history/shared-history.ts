/** What devices of a user share: what one has missed, what was removed, and up to where each conversation is read. */
import { formatResourceLists, RESOURCE_LISTS_TYPE, XCAP_DIFF_TYPE } from "@parlance/formats";
import type { Cancel, Clock } from "@parlance/wire";
import { ImError } from "../base/errors.ts";
import type { Subscriptions } from "../connection/subscriptions.ts";
import type { Watch } from "../connection/watch.ts";
import type { Sender } from "../sending/pager-message.ts";
import type { ClientStore, ReceivedRecord } from "../store/client-store.ts";
import type { KeptMessage, KeptPageQuery } from "./kept-message.ts";
import { knownAs, recordOf } from "./kept-record.ts";
import type { Removal, ServerHistory } from "./server-history.ts";

export interface SharedHistoryPorts {
  readonly server: ServerHistory;
  readonly store: ClientStore;
  readonly clock: Clock;
  readonly subscriptions: Subscriptions;
  readonly sender: Sender;
  /** A message that this device has missed is in the store. */
  readonly arrived: (record: ReceivedRecord) => void;
  /** The user has removed something, perhaps on this device. Resolves when the store has it no more. */
  readonly removed: (removal: Removal) => Promise<void>;
  /** A new device has in its store what the server kept. */
  readonly brought: () => void;
  /** As this device has it, so many are not read. */
  readonly unreadHere: (conversation: string) => Promise<number>;
  /** So many messages of that conversation no device has shown. */
  readonly unread: (conversation: string, count: number) => void;
  readonly report: (error: unknown) => void;
}

export interface OlderMessage {
  /** Its order is negative. */
  readonly record: ReceivedRecord;
  readonly cursor: string;
}

const CURSOR = "history cursor";
const SINCE = "history since";
const MARKS = "history marks";
const REMOVED = "history removed";
const OWED = "history owed";
const TAKEN = "history taken";
const AT_FIRST = 200; // of all conversations: a new device has something to show
const AT_ONCE = 200;
const COUNTED = 100;
/** Above every place: what the server has beyond the own store has orders below those of the store. */
const BEFORE_ALL = 2 ** 32;
const MOST_FETCHED_BYTES = 10 * 1_048_576;
const SECONDS = 3_600;
/** What is read in one go is told in one go. */
const GATHER_MS = 500;
/** Behind each round: it asks four times or more, and a server lets all devices of a user ask some twenty times a second. */
const REST_MS = 1_000;
const AGAIN_MS = 30_000;

export class SharedHistory {
  readonly #ports: SharedHistoryPorts;
  /** What is read, by conversation, and the server does not know yet; kept, for the program may end before it does. */
  readonly #owed = new Map<string, readonly string[]>();
  #owedIsKnown = false;
  /** Files that were taken here, and the server counts as unread: the newest of each conversation, by its id there. */
  readonly #taken = new Map<string, string>();
  #watch: Watch | undefined;
  /** A round is under way, or is rested from. */
  #busy = false;
  #again = false;
  #stopped = false;
  #wake: Cancel = () => {};
  #endRest: Cancel = () => {};

  constructor(ports: SharedHistoryPorts) {
    this.#ports = ports;
  }

  /** There is a line: asks what was missed, and watches from now on. */
  lineIsBack(): void {
    this.#watch ??= this.#watching();
    this.#sync();
  }

  /** The user has read these and what is before them: the server may have them in another order. */
  read(conversation: string, messageIds: readonly string[]): void {
    this.#owed.set(conversation, messageIds);
    this.#keepOwed().catch(this.#ports.report);
    this.#syncIn(GATHER_MS);
  }

  stop(): void {
    this.#stopped = true;
    this.#wake();
    this.#endRest();
    this.#watch?.leave();
  }

  /** What is older than all that this device has been brought, the newest page first, the newest of each first. */
  async *older(
    conversation: string,
    { before, limit, signal }: Pick<KeptPageQuery, "before" | "limit" | "signal">,
  ): AsyncGenerator<readonly OlderMessage[], void> {
    const { server, store, sender } = this.#ports;
    let from = before ?? (await store.value(SINCE));
    while (from !== undefined && from !== "") {
      if (signal?.aborted === true) return;
      const asked = { with: conversation, before: from, ...(limit === undefined ? {} : { limit }) };
      const page = await server.messages(signal === undefined ? asked : { ...asked, signal });
      const found: OlderMessage[] = [];
      for (const message of page.messages.toReversed()) {
        const record = recordOf(message, sender.address);
        if ((await knownAs(message, record, store)) !== undefined) continue;
        const { place, cursor } = message;
        found.push({ record: { ...record, order: place - BEFORE_ALL }, cursor });
      }
      if (found.length > 0) yield found;
      from = page.before;
    }
  }

  #watching(): Watch {
    const { subscriptions, sender } = this.#ports;
    const uri = `parlance.history-state/users/${encodeURIComponent(sender.address)}/history-state`;
    return subscriptions.watch(
      {
        uri: sender.account,
        event: "xcap-diff",
        accept: XCAP_DIFF_TYPE,
        seconds: SECONDS,
        account: sender.account,
        userAgent: sender.userAgent,
        anonymous: false,
        body: { type: RESOURCE_LISTS_TYPE, bytes: listOf(uri) },
      },
      {
        notified: () => this.#sync(),
        ended: () => {}, // without it the next start, or the next mark, asks
      },
    );
  }

  #syncIn(ms: number): void {
    this.#wake();
    if (this.#stopped) return;
    this.#wake = this.#ports.clock.schedule(ms, () => this.#sync());
  }

  /** One round at a time, and a rest behind it; whatever is said meanwhile is one more round. */
  #sync(): void {
    this.#again = true;
    if (this.#busy || this.#stopped) return;
    this.#busy = true;
    void this.#round().then((restMs) => this.#rest(restMs));
  }

  /** Returns how long the server is to be left alone. */
  async #round(): Promise<number> {
    this.#again = false;
    try {
      await this.#tellMarks();
      const news = await this.#catchUp();
      const removed = await this.#learnRemovals();
      const marked = await this.#learnMarks();
      if (news || removed || marked) await this.#count();
    } catch (error) {
      if (!(error instanceof ImError)) this.#ports.report(error);
      else if (error.retryAfterMs !== undefined) {
        this.#again = true;
        return Math.max(error.retryAfterMs, REST_MS); // RFC 6585 §4
      } else if (error.temporary) this.#syncIn(AGAIN_MS);
    }
    return REST_MS;
  }

  #rest(ms: number): void {
    if (this.#stopped) return;
    this.#endRest = this.#ports.clock.schedule(ms, () => {
      this.#busy = false;
      if (this.#again) this.#sync();
    });
  }

  async #keepOwed(): Promise<void> {
    await this.#ports.store.setValue(OWED, JSON.stringify([...this.#owed]));
  }

  async #recall(): Promise<void> {
    const { store } = this.#ports;
    for (const [conversation, ids] of listIn(await store.value(OWED)))
      if (!this.#owed.has(conversation)) this.#owed.set(conversation, ids);
    for (const [conversation, [id = ""]] of listIn(await store.value(TAKEN)))
      this.#taken.set(conversation, id);
    this.#owedIsKnown = true;
  }

  async #tellMarks(): Promise<void> {
    if (!this.#owedIsKnown) await this.#recall();
    if (this.#owed.size === 0) return;
    for (const [conversation, messageIds] of this.#owed) {
      await this.#ports.server.mark(conversation, messageIds);
      if (this.#owed.get(conversation) === messageIds) this.#owed.delete(conversation);
    }
    await this.#keepOwed();
  }

  /** Whether there was something. */
  async #catchUp(): Promise<boolean> {
    const { server, store } = this.#ports;
    let cursor = await store.value(CURSOR);
    if (cursor === undefined) {
      const page = await server.messages({ limit: AT_FIRST });
      for (const message of page.messages) await this.#add(message, true);
      await store.setValue(SINCE, page.before ?? "");
      await store.setValue(CURSOR, page.after);
      this.#ports.brought();
      return true;
    }
    for (let some = false; ; some = true) {
      const page = await server.messages({ after: cursor, limit: AT_ONCE });
      if (page.messages.length === 0) return some;
      for (const message of page.messages) await this.#add(message, false);
      cursor = page.after;
      await store.setValue(CURSOR, cursor);
    }
  }

  async #add(message: KeptMessage, seen: boolean): Promise<void> {
    const { store, sender, arrived } = this.#ports;
    const record = { ...recordOf(message, sender.address), seen };
    const known = await knownAs(message, record, store);
    if (known === "file" && message.direction === "in") await this.#keepTaken(message);
    if (known !== undefined) return;
    const kept = await store.add({ ...record, content: await this.#contentOf(message, record) });
    if (kept !== undefined) arrived(kept);
  }

  /** What is too large for a page is fetched by itself; what is larger than any message stays where it is. */
  async #contentOf(message: KeptMessage, { content }: ReceivedRecord): Promise<Uint8Array> {
    const { text, content: small, sizeBytes } = message;
    const whole = text !== undefined || small !== undefined || sizeBytes === 0;
    if (whole || sizeBytes > MOST_FETCHED_BYTES) return content;
    try {
      return await this.#ports.server.content(message.id, undefined);
    } catch (error) {
      if (error instanceof ImError && error.status === 404) return content; // removed a moment ago
      throw error;
    }
  }

  /** After what is new: it is not to come back. */
  async #learnRemovals(): Promise<boolean> {
    const { server, store, removed } = this.#ports;
    let after = await store.value(REMOVED);
    for (let some = false; ; ) {
      const told = await server.removals(after);
      some ||= told.removals.length > 0;
      for (const removal of told.removals) await removed(removal);
      after = told.after;
      await store.setValue(REMOVED, after);
      if (!told.more) return some;
    }
  }

  async #learnMarks(): Promise<boolean> {
    const { server, store } = this.#ports;
    let after = await store.value(MARKS);
    for (let some = false; ; ) {
      const told = await server.marks(after);
      some ||= told.marks.length > 0;
      after = told.after;
      await store.setValue(MARKS, after);
      if (!told.more) return some;
    }
  }

  /** The server counts for all devices alike. */
  async #count(): Promise<void> {
    const { conversations } = await this.#ports.server.conversations({ limit: COUNTED }, undefined);
    for (const { address, unread } of conversations) {
      if (this.#owed.has(address)) continue;
      const read = unread > 0 && (await this.#tellTaken(address));
      this.#ports.unread(address, read ? 0 : unread);
    }
  }

  async #keepTaken({ conversation, id }: KeptMessage): Promise<void> {
    this.#taken.set(conversation, id);
    await this.#storeTaken();
  }

  /** Taking a file is reading it, once all else is read that is here. False: there is something to be read. */
  async #tellTaken(conversation: string): Promise<boolean> {
    const id = this.#taken.get(conversation);
    if (id === undefined || (await this.#ports.unreadHere(conversation)) > 0) return false;
    await this.#ports.server.markUpTo(conversation, id);
    this.#taken.delete(conversation);
    await this.#storeTaken();
    return true;
  }

  async #storeTaken(): Promise<void> {
    const all = [...this.#taken].map(([conversation, id]) => [conversation, [id]]);
    await this.#ports.store.setValue(TAKEN, JSON.stringify(all));
  }
}

function listOf(uri: string): Uint8Array {
  const items = [{ kind: "entry", uri, displayName: undefined }] as const;
  return formatResourceLists({ lists: [{ name: undefined, displayName: undefined, items }] });
}

/** As it was kept. */
function listIn(text: string | undefined): readonly (readonly [string, readonly string[]])[] {
  const list: unknown = JSON.parse(text ?? "[]");
  if (!Array.isArray(list)) return [];
  return list.flatMap((pair: unknown) => {
    const [conversation, ids]: readonly unknown[] = Array.isArray(pair) ? pair : [];
    if (typeof conversation !== "string" || !Array.isArray(ids)) return [];
    return [[conversation, ids.filter((id) => typeof id === "string")] as const];
  });
}
