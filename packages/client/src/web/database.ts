/** IndexedDB as promises, as far as the store needs it. */

/** What has to be brought up to date, in one transaction. */
export interface Upgrade {
  /** The version that is there; 0 for none. */
  readonly from: number;
  readonly transaction: IDBTransaction;
}

/** Opens the database, makes it, or brings it up to date. Rejects when it is of a newer version. */
export function openDatabase(
  name: string,
  version: number,
  make: (database: IDBDatabase, upgrade: Upgrade) => void,
): Promise<IDBDatabase> {
  const opening = indexedDB.open(name, version);
  opening.addEventListener("upgradeneeded", ({ oldVersion: from }) => {
    const { result, transaction } = opening;
    if (transaction !== null) make(result, { from, transaction });
  });
  return resultOf(opening);
}

/** The transaction goes on while whoever awaits this asks for the next thing at once. */
export function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const once = { once: true }; // a cursor succeeds once for each record
  request.addEventListener("success", () => resolve(request.result), once);
  request.addEventListener("error", () => reject(request.error ?? new Error("no reason")), once);
  return promise;
}

/** Resolves when everything in it is on the disk. */
export function committed(transaction: IDBTransaction): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  promise.catch(() => {}); // whoever awaits a request inside hears of it first
  const fail = (): void => reject(transaction.error ?? new Error("the browser gave up"));
  transaction.addEventListener("complete", () => resolve());
  transaction.addEventListener("error", fail);
  transaction.addEventListener("abort", fail);
  return promise;
}
