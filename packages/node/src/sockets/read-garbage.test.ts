/** What large reads leave behind is freed while they go on, and not when the whole heap is looked through. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { ReadGarbage } from "./read-garbage.ts";

const READ_BYTES = 65_536;
const READS = 8_192;
/** Without it, 67 MiB. */
const MOST_BYTES = 48 * 2 ** 20;

test("half a GiB of reads that nobody keeps takes no more memory than some of them", async () => {
  const garbage = new ReadGarbage();
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  for (let read = 0; read < READS; read += 1) {
    const bytes = new Uint8Array(READ_BYTES);
    garbage.read(bytes.length);
    if (read % 16 !== 0) continue;
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    await turn(); // what is dead is given back by another thread
  }
  assert.ok(most < MOST_BYTES, `${most} octets`);
});

test("nobody else is given the collector", () => {
  assert.equal("gc" in globalThis, false);
});
