/** The one commit order of the in-memory stores, over a disk that a test may slow down, fail or cut. */
import { StoreError } from "../errors.ts";

/** What a test puts in the way of commits. Without one every change is committed as it is asked for. */
export interface Disk {
  /** Called once for each group of changes. When it rejects or throws, none of them has happened. */
  commit(): Promise<void> | void;
  /** The changes are durable and nobody has been told: the moment a crash makes a sender ask twice. */
  acknowledge?(): Promise<void> | void;
}

interface Turn {
  readonly changes: boolean;
  /** Does the work; gives what tells its caller. */
  perform(): () => void;
  refuse(error: unknown): void;
}

const MOST_WAITING = 20_000; // as much as the queue of the SQLite store

/** Work is applied only after its commit, so the maps hold committed state at every moment. */
export class Ledger {
  readonly #disk: Disk | undefined;
  #waiting: Turn[] = [];
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(disk: Disk | undefined) {
    this.#disk = disk;
  }

  get busy(): boolean {
    return this.#waiting.length > MOST_WAITING / 2;
  }

  read<T>(work: () => T): Promise<T> {
    return this.#enter(false, work);
  }

  change<T>(work: () => T): Promise<T> {
    return this.#enter(true, work);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  #enter<T>(changes: boolean, work: () => T): Promise<T> {
    if (this.#closed) return Promise.reject(new StoreError("closed", "the store is closed"));
    const disk = this.#disk;
    if (disk === undefined) return new Promise((resolve) => resolve(work()));
    if (this.#waiting.length >= MOST_WAITING)
      return Promise.reject(new StoreError("busy", "too many changes are waiting for the disk"));
    return new Promise((resolve, reject) => {
      const perform = () => outcome(work, resolve, reject);
      this.#waiting.push({ changes, perform, refuse: reject });
      this.#running ??= this.#run(disk);
    });
  }

  async #run(disk: Disk): Promise<void> {
    await Promise.resolve(); // what is asked for in the same turn shares a commit
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      await commit(group, disk);
    }
    this.#running = undefined;
  }
}

async function commit(group: readonly Turn[], disk: Disk): Promise<void> {
  if (!group.some((turn) => turn.changes)) {
    for (const turn of group) turn.perform()();
    return;
  }
  try {
    await disk.commit();
  } catch (cause) {
    const error = new StoreError("failed", "the disk failed", { cause });
    for (const turn of group) if (turn.changes) turn.refuse(error);
    for (const turn of group) if (!turn.changes) turn.perform()();
    return;
  }
  const tellings = group.map((turn) => turn.perform());
  await disk.acknowledge?.();
  for (const tell of tellings) tell();
}

function outcome<T>(
  work: () => T,
  resolve: (value: T) => void,
  reject: (error: unknown) => void,
): () => void {
  try {
    const value = work();
    return () => resolve(value);
  } catch (error) {
    return () => reject(error);
  }
}
