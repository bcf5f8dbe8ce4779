/** Why a store could not do what was asked; nothing of the call has taken effect. */

/**
 * - `busy`: too much is waiting already; ask again later (503 with Retry-After).
 * - `full`: the disk has no room.
 * - `failed`: the disk or the engine reported an error.
 * - `damaged`: what is on the disk cannot be trusted.
 * - `in use`: another process holds the data.
 * - `too new`: a later version of the server wrote the data.
 * - `not available`: this version does not have such a store.
 * - `closed`: the store was closed, or lost its worker.
 */
export type StoreFault =
  | "busy"
  | "full"
  | "failed"
  | "damaged"
  | "in use"
  | "too new"
  | "not available"
  | "closed";

export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly fault: StoreFault;

  constructor(fault: StoreFault, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.fault = fault;
  }
}
