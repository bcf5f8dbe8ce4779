/** What is published is what the compiler makes of the sources: it must load without them. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const COMPILER = `${ROOT}node_modules/ts7/bin/tsc`;

test("the built SDK loads from its entries for Node and for any runtime", () => {
  run(COMPILER, "-b", "packages/client/tsconfig.node.json", "packages/client/tsconfig.web.json");
  const program = `
    const node = await import("@parlance/client/node");
    const core = await import("@parlance/client");
    console.log(import.meta.resolve("@parlance/client/web"), typeof node.connect, typeof core.connectWith);`;
  const told = run("--input-type=module", "--eval", program);
  assert.match(told, /\/dist\/web\/index\.js function function$/);
});

function run(...args: readonly string[]): string {
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env;
  return execFileSync(process.execPath, args, { cwd: ROOT, env, encoding: "utf8" }).trim();
}
