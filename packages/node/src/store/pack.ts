/**
 * Bytes of a group in one buffer that changes hands. Cloning each message instead costs twice as
 * much, and would clone the whole receive buffer of which it may be a small view.
 */

import type { PendingCall } from "./pending-call.ts";
import type { Group, Packed } from "./protocol.ts";

export function packGroup(calls: readonly PendingCall[]): Group {
  const content = new Uint8Array(calls.reduce((sum, call) => sum + call.bytes, 0));
  let end = 0;
  const pack = (arg: unknown): unknown => {
    if (!(arg instanceof Uint8Array)) return arg;
    const at = end;
    content.set(arg, at);
    end += arg.length;
    return { packedAt: at, length: arg.length } satisfies Packed;
  };
  return { calls: calls.map(({ name, args }) => [name, ...args.map(pack)]), content };
}

/** What `packGroup` will pack of a call; bytes deeper inside its arguments are cloned. */
export function bytesIn(args: readonly unknown[]): number {
  let bytes = 0;
  for (const arg of args) if (arg instanceof Uint8Array) bytes += arg.length;
  return bytes;
}

export function unpacked(arg: unknown, content: Uint8Array): unknown {
  return isPacked(arg) ? content.subarray(arg.packedAt, arg.packedAt + arg.length) : arg;
}

/** No operation takes an object with that key otherwise. */
function isPacked(arg: unknown): arg is Packed {
  return typeof arg === "object" && arg !== null && "packedAt" in arg;
}
