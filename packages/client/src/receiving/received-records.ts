/** Changes of received records, one after the other: several parts of the client change the same one. */
import { Turns } from "../base/turns.ts";
import { type ClientStore, type ReceivedRecord } from "../store/client-store.ts";
import { receivedKey } from "../store/record-keys.ts";

/** Undefined: nothing to change. */
export type Change = (record: ReceivedRecord) => ReceivedRecord | undefined;

export class ReceivedRecords {
  readonly #store: ClientStore;
  readonly #turns = new Turns();

  constructor(store: ClientStore) {
    this.#store = store;
  }

  /** False when there was nothing to change. */
  change(id: string, from: string, change: Change): Promise<boolean> {
    return this.#turns.take(receivedKey(id, from), async () => {
      const record = await this.#store.received(id, from);
      const changed = record === undefined ? undefined : change(record);
      if (changed === undefined) return false;
      await this.#store.change(changed);
      return true;
    });
  }
}
