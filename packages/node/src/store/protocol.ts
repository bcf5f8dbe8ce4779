/** What the main thread and the worker say to each other. */
import type { StoreFault } from "@parlance/server";
import type { OperationName } from "./operations.ts";

/** Where bytes are in the one buffer of a group: one transfer instead of a copy for each message. */
export interface Packed {
  readonly packedAt: number;
  readonly length: number;
}

export type Call = readonly [name: OperationName, ...args: readonly unknown[]];

/** Calls of one transaction; bytes among their arguments are `Packed`. */
export interface Group {
  readonly calls: readonly Call[];
  readonly content: Uint8Array<ArrayBuffer>;
}

export interface Fault {
  readonly fault: StoreFault;
  readonly message: string;
}

/** For each call of the group what it gave, in order; `faults` names those that failed. */
export interface GroupOutcome {
  readonly kind: "outcome";
  readonly values: readonly unknown[];
  readonly faults: ReadonlyMap<number, Fault> | undefined;
  readonly commitMs: number;
}

export type FromWorker =
  | { readonly kind: "open" }
  | { readonly kind: "refused"; readonly fault: Fault }
  | { readonly kind: "closed" }
  | GroupOutcome;

export type ToWorker = Group | "close";

/** What the worker is started with. */
export interface WorkerSetup {
  readonly file: string;
  readonly lockWaitMs: number;
}
