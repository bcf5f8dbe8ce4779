/** Nothing of a test process stays in the folder for temporary files, however it ends. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { within } from "./deadline.ts";
import { ownFolder, sweep } from "./own-folder.ts";

const HERE = fileURLToPath(new URL("own-folder.ts", import.meta.url));
const SERVER = fileURLToPath(new URL("server-process.ts", import.meta.url));
const WAIT_MS = 30_000;

function run(script: string) {
  const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: __, ...env } = process.env;
  const flags = ["--conditions=parlance-source", "--input-type=module-typescript", "-e", script];
  return spawn(process.execPath, flags, { env, stdio: ["ignore", "pipe", "inherit"] });
}

test("it goes with the process that made it", async () => {
  const child = run(`
    import { ownFolder } from "${HERE}";
    console.log(ownFolder("a-test"));
  `);
  const [told] = await once(child.stdout, "data");
  await once(child, "close");
  const folder = String(told).trim();
  assert.match(folder, new RegExp(`parlance-a-test-${child.pid}-\\w{6}$`));
  assert.equal(existsSync(folder), false);
});

test("what a killed process has left goes with the next, and what a living one has stays", async () => {
  const own = ownFolder("living");
  writeFileSync(join(own, "file"), "text");
  const child = run(`
    import { ServerProcess } from "${SERVER}";
    const { data, pid } = await ServerProcess.start();
    console.log(data, pid);
  `);
  const [told] = await within(WAIT_MS, once(child.stdout, "data"), () => "no server");
  const [folder = "", server] = String(told).trim().split(" ");
  assert.equal(existsSync(folder), true);
  child.kill("SIGKILL");
  await once(child, "close");
  await within(WAIT_MS, gone(Number(server)), () => "the server outlives its test");
  sweep();
  assert.deepEqual([existsSync(folder), existsSync(join(own, "file"))], [false, true]);
});

/** A server whose test is gone ends by itself. */
async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}
