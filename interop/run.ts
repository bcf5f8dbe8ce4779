/**
 * Runs the suites against other products, as far as those are installed. A product that is missing is
 * named; where all must be there (CI=true, PARLANCE_INTEROP=required) that is a failure.
 *
 *   npm run test:interop [-- FILE …]
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { isInstalled, NEEDS } from "./programs.ts";
import { buildPages } from "./web/built-pages.ts";

const named = process.argv.slice(2).map((file) => basename(file));
const suites = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".interop.ts"))
  .filter((file) => named.length === 0 || named.includes(file));
const missing = suites.flatMap((file) =>
  (NEEDS.get(file) ?? []).filter((one) => !isInstalled(one)).map((program) => ({ file, program })),
);
for (const { file, program } of missing) {
  console.log(`not run: ${file} needs ${program.command} (Debian package ${program.package})`);
}
const ready = suites.filter((file) => missing.every((one) => one.file !== file));
process.exitCode = run(ready);
if (missing.length > 0 && mustHaveAll()) process.exitCode = 1;

/** Two at a time: what they do is mostly to wait for each other. */
function run(files: readonly string[]): number {
  if (files.length === 0) return 0;
  buildPages(); // once: two suites that begin together would build them into one folder
  const paths = files.map((file) => join(import.meta.dirname, file));
  const args = ["--test", "--test-reporter=spec", "--test-concurrency=2", ...paths];
  const { status } = spawnSync(process.execPath, ["--conditions=parlance-source", ...args], {
    stdio: "inherit",
  });
  return status ?? 1;
}

function mustHaveAll(): boolean {
  return process.env["CI"] === "true" || process.env["PARLANCE_INTEROP"] === "required";
}
