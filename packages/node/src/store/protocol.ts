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

/** The copy is whole and durable, or why there is none. */
export interface CopyOutcome {
  readonly kind: "copied";
  readonly fault: Fault | undefined;
}

export type FromWorker =
  | { readonly kind: "open" }
  | { readonly kind: "refused"; readonly fault: Fault }
  | { readonly kind: "closed" }
  | GroupOutcome
  | CopyOutcome;

/** A copy of everything as it is at one moment, into a file that is not there. */
export interface CopyRequest {
  readonly copyTo: string;
}

export type ToWorker = Group | CopyRequest | "close";

/** What the worker is started with. */
export interface WorkerSetup {
  readonly file: string;
  readonly lockWaitMs: number;
}
