import { ImError } from "./errors.ts";

/** The part of the web's AbortSignal that the SDK needs, so that no runtime is named. */
export interface Signal {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** Calls back once if the signal fires; the returned function lets go of it. */
export function onAbort(signal: Signal | undefined, run: () => void): () => void {
  if (signal === undefined) return () => {};
  if (signal.aborted) {
    run();
    return () => {};
  }
  signal.addEventListener("abort", run, { once: true });
  return () => signal.removeEventListener("abort", run);
}

/** The same promise, as long as the caller waits: rejects with ImError "aborted" when the signal fires. */
export function abortable<T>(work: Promise<T>, signal: Signal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const letGo = onAbort(signal, () => reject(new ImError("aborted")));
    work.then(resolve, reject).finally(letGo);
  });
}
