/** A call of the store on its way to the worker. */
import type { StoreError } from "@parlance/server";
import type { OperationName } from "./operations.ts";

export interface PendingCall {
  readonly name: OperationName;
  readonly args: readonly unknown[];
  readonly bytes: number;
  /** The worker answers with what the operation of this name returned. */
  resolve(value: unknown): void;
  reject(error: StoreError): void;
}
