/** Loaded into a server under test: says on request what its memory holds after a collection, and ends with its test. */
import { memoryUsage } from "node:process";

const innate = new Set(Reflect.ownKeys(Object.prototype).map(String));

/** What lies beside the heap is freed after the collection that found it useless. */
const COLLECTIONS = 3;

process.on("message", () => collect(COLLECTIONS));

function collect(left: number): void {
  globalThis.gc?.();
  if (left === 1) return tell();
  setImmediate(() => collect(left - 1));
}

function tell(): void {
  const { heapUsed, external, arrayBuffers } = memoryUsage();
  const strangers = Reflect.ownKeys(Object.prototype).map(String);
  process.send?.({
    heapBytes: heapUsed,
    externalBytes: external + arrayBuffers,
    strangers: strangers.filter((name) => !innate.has(name)),
  });
}
// Whoever tests it was killed.
process.on("disconnect", () => process.exit(1));
// Being asked is no reason to stay alive.
process.channel?.unref();
