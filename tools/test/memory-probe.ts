/** Loaded into a server under test: says on request what its memory holds after a collection. */
import { memoryUsage } from "node:process";

const innate = new Set(Reflect.ownKeys(Object.prototype).map(String));

process.on("message", () => {
  globalThis.gc?.();
  const { heapUsed, external, arrayBuffers } = memoryUsage();
  const strangers = Reflect.ownKeys(Object.prototype).map(String);
  process.send?.({
    heapBytes: heapUsed,
    externalBytes: external + arrayBuffers,
    strangers: strangers.filter((name) => !innate.has(name)),
  });
});
// Being asked is no reason to stay alive.
process.channel?.unref();
