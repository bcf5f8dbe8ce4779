/** What an error of SQLite means to the server. */
import type { StoreFault } from "@parlance/server";
import type { Fault } from "./protocol.ts";

/** A fault in words for the operator. The main thread makes a StoreError of it: the worker loads nothing of the server. */
export class DatabaseError extends Error implements Fault {
  override readonly name = "DatabaseError";
  readonly fault: StoreFault;

  constructor(fault: StoreFault, message: string, options?: { readonly cause: unknown }) {
    super(message, options);
    this.fault = fault;
  }
}

export function faultOf(error: unknown): Fault {
  if (error instanceof DatabaseError) return { fault: error.fault, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  return { fault: kindOf(resultCode(error)), message };
}

/** Primary result codes of SQLite: the low eight bits. */
function kindOf(code: number): StoreFault {
  switch (code & 0xff) {
    case 5: // SQLITE_BUSY
    case 6: // SQLITE_LOCKED
      return "in use";
    case 11: // SQLITE_CORRUPT
    case 26: // SQLITE_NOTADB
      return "damaged";
    case 13: // SQLITE_FULL
      return "full";
    default:
      return "failed";
  }
}

function resultCode(error: unknown): number {
  const known = error instanceof Error && "errcode" in error ? error.errcode : undefined;
  return typeof known === "number" ? known : 0;
}
