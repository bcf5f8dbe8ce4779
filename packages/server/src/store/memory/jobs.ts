/** Messages to many in memory, in the order in which they were accepted. */
import type { Job, JobStore } from "../jobs.ts";
import type { Ledger } from "./ledger.ts";
import { position } from "./order.ts";

export class MemoryJobs implements JobStore {
  readonly #ledger: Ledger;
  readonly #jobs: Job[];

  constructor(ledger: Ledger, jobs: readonly Job[]) {
    this.#ledger = ledger;
    this.#jobs = [...jobs];
  }

  records(): readonly Job[] {
    return [...this.#jobs];
  }

  add(job: Job): Promise<"stored" | "known"> {
    return this.#ledger.change(() => {
      const at = this.#position(job.id);
      if (this.#jobs[at]?.id === job.id) return "known";
      // Copies: what came in may be a small view of a large receive buffer.
      this.#jobs.splice(at, 0, {
        ...job,
        recipients: [...job.recipients],
        bytes: job.bytes.slice(),
      });
      return "stored";
    });
  }

  settle(id: string, recipients: readonly string[]): Promise<void> {
    return this.#ledger.change(() => {
      const at = this.#position(id);
      const job = this.#jobs[at];
      if (job?.id !== id) return;
      const settled = new Set(recipients);
      const left = job.recipients.filter((recipient) => !settled.has(recipient));
      if (left.length === 0) this.#jobs.splice(at, 1);
      else this.#jobs[at] = { ...job, recipients: left };
    });
  }

  remove(id: string): Promise<boolean> {
    return this.#ledger.change(() => {
      const at = this.#position(id);
      if (this.#jobs[at]?.id !== id) return false;
      this.#jobs.splice(at, 1);
      return true;
    });
  }

  list(after: string | undefined, limit: number): Promise<readonly Job[]> {
    return this.#ledger.read(() => {
      const from = after === undefined ? 0 : this.#position(after);
      const first = after !== undefined && this.#jobs[from]?.id === after ? from + 1 : from;
      return this.#jobs.slice(first, first + limit);
    });
  }

  #position(id: string): number {
    return position(this.#jobs, id, (job) => job.id);
  }
}
