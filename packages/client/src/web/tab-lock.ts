/** One tab at a time: two would answer the same messages and send the same outbox. Web Locks */
import { ImError } from "../base/errors.ts";

/** What to do when another tab has the lock. */
export type WhenTaken = "wait" | "fail" | "take over";

export interface TabLock {
  /** Resolves when another tab has taken it over; never when it was released. */
  readonly takenOver: Promise<void>;
  release(): void;
}

/** Rejects with ImError: "busy" when another tab has it and this one may not wait, "aborted". */
export async function takeTabLock(
  name: string,
  {
    whenTaken,
    signal,
  }: { readonly whenTaken: WhenTaken; readonly signal: AbortSignal | undefined },
): Promise<TabLock> {
  if (!("locks" in navigator)) throw new Error("no locks here: a page from https: has them");
  const taken = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const takenOver = Promise.withResolvers<void>();
  navigator.locks
    .request(name, lockOptions(whenTaken, signal), (lock) => {
      if (lock === null) throw new ImError("busy", { warning: "another tab has this store" });
      taken.resolve();
      return released.promise;
    })
    .catch((error: unknown) => {
      const aborted = signal?.aborted && whenTaken === "wait";
      taken.reject(aborted ? new ImError("aborted") : error); // too late for that when we had it:
      takenOver.resolve();
    });
  await taken.promise;
  return { takenOver: takenOver.promise, release: () => released.resolve() };
}

function lockOptions(whenTaken: WhenTaken, signal: AbortSignal | undefined): LockOptions {
  if (whenTaken === "take over") return { steal: true };
  if (whenTaken === "fail") return { ifAvailable: true };
  return signal === undefined ? {} : { signal };
}
