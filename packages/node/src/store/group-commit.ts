/** Many calls, one commit: a durable commit costs as much as ten inserts. */
import { rmSync } from "node:fs";
import { backup, type DatabaseSync } from "node:sqlite";
import { faultOf } from "./faults.ts";
import { operationsOn } from "./operations.ts";
import { unpacked } from "./pack.ts";
import type { Call, CopyOutcome, Fault, Group, GroupOutcome } from "./protocol.ts";
import { Sql } from "./sql.ts";

/**
 * Any operation. A method type, so that operations of narrower arguments fit: the types of each
 * call were checked where it was made, in `StoreWorker.call`.
 */
type Operation = { call(...args: readonly unknown[]): unknown }["call"];

/** At a time: a millisecond or two, in which no group is committed. */
const COPY_PAGES = 64;
const COPY_TRIES = 20;

export class GroupCommit {
  readonly #connection: DatabaseSync;
  readonly #operations: ReadonlyMap<string, Operation>;
  readonly #forget: () => void;

  constructor(connection: DatabaseSync) {
    this.#connection = connection;
    const { operations, forget } = operationsOn(new Sql(connection));
    this.#operations = new Map<string, Operation>(Object.entries(operations));
    this.#forget = forget;
  }

  perform(group: Group): GroupOutcome {
    const started = performance.now();
    const outcome = this.#together(group) ?? this.#oneByOne(group);
    return { kind: "outcome", ...outcome, commitMs: performance.now() - started };
  }

  /** Goes on beside the groups, some pages at a time; what they change meanwhile is in it as well. */
  async copy(file: string): Promise<CopyOutcome> {
    for (let tries = 1; ; tries += 1) {
      try {
        await backup(this.#connection, file, { rate: COPY_PAGES });
        return { kind: "copied", fault: undefined };
      } catch (error) {
        rmSync(file, { force: true });
        // It has met a transaction with its first step: it is not told to wait there.
        if (tries === COPY_TRIES) return { kind: "copied", fault: faultOf(error) };
      }
    }
  }

  close(): void {
    this.#connection.close(); // moves the log into the file and deletes it
  }

  /** Undefined: something failed, and nothing of the group has happened. */
  #together({ calls, content }: Group): Outcome | undefined {
    try {
      const values = this.#transaction(() => calls.map((call) => this.#run(call, content)));
      return { values, faults: undefined };
    } catch {
      return undefined; // who is to blame comes out when each call is done alone
    }
  }

  #oneByOne({ calls, content }: Group): Outcome {
    const faults = new Map<number, Fault>();
    const values = calls.map((call, index) => {
      try {
        return this.#transaction(() => this.#run(call, content));
      } catch (error) {
        faults.set(index, faultOf(error));
        return undefined;
      }
    });
    return { values, faults };
  }

  #transaction<T>(work: () => T): T {
    try {
      this.#connection.exec("BEGIN");
      const value = work();
      this.#connection.exec("COMMIT");
      return value;
    } catch (error) {
      this.#forget();
      // A full disk or an I/O error has ended the transaction already.
      if (this.#connection.isTransaction) this.#connection.exec("ROLLBACK");
      throw error;
    }
  }

  #run([name, ...args]: Call, content: Uint8Array): unknown {
    const operation = this.#operations.get(name);
    if (operation === undefined) throw new TypeError(`no operation ${name}`);
    return operation(...args.map((arg) => unpacked(arg, content)));
  }
}

interface Outcome {
  readonly values: readonly unknown[];
  readonly faults: ReadonlyMap<number, Fault> | undefined;
}
