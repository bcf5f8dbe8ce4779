/** Registrations over the worker. */
import type { BindingChange, BindingKey, BindingStore, StoredBinding } from "@parlance/server";
import { listText, type Row, RowReader } from "../rows.ts";
import type { StoreWorker } from "../store-worker.ts";
import type { BindingRow } from "../tables/bindings.ts";

export class SqliteBindings implements BindingStore {
  readonly #worker: StoreWorker;

  constructor(worker: StoreWorker) {
    this.#worker = worker;
  }

  change(changes: readonly BindingChange[]): Promise<void> {
    return this.#worker.call("changeBindings", changes.map(changeRow));
  }

  async list(after: BindingKey | undefined, limit: number): Promise<readonly StoredBinding[]> {
    const { user, id } = after ?? { user: "", id: "" };
    return (await this.#worker.call("listBindings", user, id, limit)).map(readBinding);
  }
}

function changeRow(change: BindingChange): BindingRow {
  if (change.do === "put") return bindingRow(change.binding);
  return change.do === "remove" ? [change.user, change.id] : [change.user];
}

function bindingRow(binding: StoredBinding): Row {
  return [
    binding.user,
    binding.id,
    binding.address,
    binding.contactText,
    binding.instance ?? null,
    binding.regId ?? null,
    listText(binding.path),
    binding.flow ?? null,
    binding.q,
    binding.callId,
    binding.cseq,
    binding.userAgent ?? null,
    binding.publicGruu ?? null,
    binding.temporaryGruu ?? null,
    binding.registeredAt,
    binding.expiresAt,
  ];
}

function readBinding(columns: Row): StoredBinding {
  const row = new RowReader(columns);
  return {
    user: row.text(),
    id: row.text(),
    address: row.text(),
    contactText: row.text(),
    instance: row.optionalText(),
    regId: row.optionalNumber(),
    path: row.texts(),
    flow: row.optionalText(),
    q: row.number(),
    callId: row.text(),
    cseq: row.number(),
    userAgent: row.optionalText(),
    publicGruu: row.optionalText(),
    temporaryGruu: row.optionalText(),
    registeredAt: row.number(),
    expiresAt: row.number(),
  };
}
