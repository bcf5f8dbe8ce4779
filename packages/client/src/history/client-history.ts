/** The history of one client: what the server keeps, what is not read, and what devices share, where they do. */
import type { Clock } from "@parlance/wire";
import type { Subscriptions } from "../connection/subscriptions.ts";
import type { HistoryEntry, OlderQuery } from "../conversation/history.ts";
import type { WebAccess } from "../files/web-access.ts";
import { parts } from "../parts.ts";
import type { IncomingMessage } from "../receiving/incoming-message.ts";
import type { Sender } from "../sending/pager-message.ts";
import type { ClientStore, ReceivedRecord } from "../store/client-store.ts";
import { History } from "./history.ts";
import type { HistoryRemoved, RemovalPorts } from "./removals.ts";
import type { OlderMessage, SharedHistory } from "./shared-history.ts";
import { Unread, type UnreadChange } from "./unread.ts";

export interface ClientHistoryPorts {
  readonly store: ClientStore;
  readonly clock: Clock;
  readonly subscriptions: Subscriptions;
  readonly sender: Sender;
  readonly access: WebAccess | undefined;
  readonly shares: boolean;
  /** A message that this device has missed is in the store. */
  readonly arrived: () => void;
  /** A new device has in its store what the server kept. */
  readonly brought: () => void;
  /** Tells the sender of a message that it was seen, if he asked. */
  readonly displayed: (record: ReceivedRecord) => Promise<void>;
  readonly open: (record: ReceivedRecord) => IncomingMessage;
  readonly changed: (change: UnreadChange) => void;
  readonly removed: (removed: HistoryRemoved) => void;
  readonly report: (error: unknown) => void;
}

const PAGE = 100;
const MOST_CURSORS = 20_000;

export class ClientHistory {
  readonly kept: History;
  readonly unread: Unread;
  readonly #ports: ClientHistoryPorts;
  /** Of what the server has beyond the own store, by order. */
  readonly #cursors = new Map<number, string>();
  #shared: Promise<SharedHistory> | undefined;

  constructor(ports: ClientHistoryPorts) {
    const { store, access, changed, report } = ports;
    this.#ports = ports;
    this.kept = new History(access);
    this.unread = new Unread({ store, changed, report, read: (records) => this.#tell(records) });
  }

  lineIsBack(): void {
    if (!this.#ports.shares || !this.kept.available) return;
    this.#shared ??= this.#share();
    this.#with((shared) => shared.lineIsBack());
  }

  /** What the server has beyond the own store. */
  async *older(
    address: string,
    { before, ...query }: OlderQuery,
  ): AsyncGenerator<readonly HistoryEntry[], void> {
    const shared = await this.#shared;
    const cursor = before === undefined ? undefined : this.#cursors.get(before);
    const from = cursor === undefined ? query : { ...query, before: cursor };
    for await (const page of shared?.older(address, from) ?? []) yield page.map(this.#entry);
  }

  readonly #entry = ({ record, cursor }: OlderMessage): HistoryEntry => {
    this.#cursors.set(record.order, cursor);
    for (const oldest of this.#cursors.keys()) {
      if (this.#cursors.size <= MOST_CURSORS) break;
      this.#cursors.delete(oldest);
    }
    return { direction: "received", order: record.order, message: this.#ports.open(record) };
  };

  async read(address: string): Promise<void> {
    const { store, displayed } = this.#ports;
    const newest = await store.page(address, Number.MAX_SAFE_INTEGER, PAGE);
    for (const record of newest)
      if (record.direction === "received" && !record.displayed) await displayed(record);
    await this.unread.read(address);
  }

  /** One entry, or everything: from this device, from the server, and from others that share it. */
  async remove(address: string, entry: HistoryEntry | undefined): Promise<void> {
    const server = this.kept.available ? await this.kept.server() : undefined;
    const { removeAll, removeEntry } = await parts.removals();
    const ports = this.#removalPorts(server);
    await (entry === undefined ? removeAll(address, ports) : removeEntry(address, entry, ports));
  }

  #removalPorts(server: RemovalPorts["server"]): RemovalPorts {
    const { store, sender, removed } = this.#ports;
    return {
      server,
      store,
      own: sender.address,
      removed: async (what) => {
        await this.unread.removed(what.conversation);
        removed(what);
      },
    };
  }

  end(): void {
    this.#with((shared) => shared.stop());
  }

  #tell(records: readonly ReceivedRecord[]): void {
    const [first] = records;
    if (first === undefined) return;
    const ids = records.map(({ id }) => id);
    this.#with((shared) => shared.read(first.conversation, ids));
  }

  #with(run: (shared: SharedHistory) => void): void {
    this.#shared?.then(run).catch(this.#ports.report);
  }

  async #share(): Promise<SharedHistory> {
    const { store, clock, subscriptions, sender, arrived, brought, report } = this.#ports;
    try {
      const server = await this.kept.server();
      const { SharedHistory: Made } = await parts.history();
      return new Made({
        server,
        store,
        clock,
        subscriptions,
        sender,
        arrived: (record) => {
          this.unread.arrived(record);
          arrived();
        },
        removed: async (removal) => {
          const { learnRemoval } = await parts.removals();
          await learnRemoval(removal, this.#removalPorts(server));
        },
        brought,
        unreadHere: (conversation) => this.unread.here(conversation),
        unread: (conversation, count) => this.unread.said(conversation, count),
        report,
      });
    } catch (error) {
      this.#shared = undefined; // the next line is another occasion
      throw error;
    }
  }
}
