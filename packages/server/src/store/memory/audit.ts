/** The audit log in memory. */
import type { AuditEntry, AuditRecord, AuditStore } from "../audit.ts";
import type { Ledger } from "./ledger.ts";

export class MemoryAudit implements AuditStore {
  readonly #ledger: Ledger;
  #records: AuditRecord[];
  #last: number;

  constructor(ledger: Ledger, records: readonly AuditRecord[]) {
    this.#ledger = ledger;
    this.#records = [...records];
    this.#last = records.at(-1)?.sequence ?? 0;
  }

  records(): readonly AuditRecord[] {
    return [...this.#records];
  }

  append(entry: AuditEntry): Promise<number> {
    return this.#ledger.change(() => {
      this.#last++;
      this.#records.push({ ...entry, sequence: this.#last });
      return this.#last;
    });
  }

  page(before: number | undefined, limit: number): Promise<readonly AuditRecord[]> {
    return this.#ledger.read(() => {
      const earlier =
        before === undefined
          ? this.#records
          : this.#records.filter((record) => record.sequence < before);
      return earlier.slice(Math.max(0, earlier.length - limit)).toReversed();
    });
  }

  trim(olderThan: number, limit: number): Promise<number> {
    return this.#ledger.change(() => {
      const old = this.#records.filter((record) => record.at < olderThan).slice(0, limit);
      const gone = new Set(old);
      this.#records = this.#records.filter((record) => !gone.has(record));
      return gone.size;
    });
  }
}
