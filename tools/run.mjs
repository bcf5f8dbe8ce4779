// Runs the project on any Node from version 20 on: installs what is missing, then hands over to the
// Node that the project carries. Used by `npm start` and `npm test`; plain JavaScript, because the
// older Node must be able to read it.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { watchParent } from "./die-with-parent.mjs";
import { pagesAreFresh } from "./web-stamp.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, "node_modules");
const stamp = join(modules, ".parlance-installed");
const SOURCE = "--conditions=parlance-source";
/** Node alone would leave one processor idle, which is half of a small machine. */
const LANES = `--test-concurrency=${Math.max(2, availableParallelism() - 1)}`;

const [task, ...rest] = process.argv.slice(2);
const from = process.env.INIT_CWD ?? process.cwd();

install();
switch (task) {
  case "install":
    break;
  case "start":
    buildPages();
    handOver([SOURCE, join(root, "apps/parlance/src/main.ts"), "start", "--local", ...rest], from);
    break;
  case "test":
    handOver([SOURCE, "--test", "--test-reporter=spec", LANES, ...testFiles(rest)], root);
    break;
  default:
    process.stderr.write("usage: node tools/run.mjs install|start|test [ARGUMENT …]\n");
    process.exit(2);
}

/** `npm ci`, once for each lockfile. */
function install() {
  const wanted = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted && existsSync(carriedNode()))
    return;
  process.stderr.write("Installing what is missing (once, about half a minute) …\n");
  const began = Date.now();
  const npm = process.env.npm_execpath;
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error", "--progress=true"];
  const run = npm
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: "inherit" })
    : spawnSync("npm", args, { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
  if (run.status !== 0) {
    process.stderr.write("npm ci failed: the lines above say why.\n");
    process.exit(run.status ?? 1);
  }
  writeFileSync(stamp, wanted);
  process.stderr.write(`Installed in ${Math.round((Date.now() - began) / 1000)} s.\n`);
}

/** The Node that came as an optional dependency, or the one that runs when there is none for this machine. */
function carriedNode() {
  const platform = process.platform === "win32" ? "win" : process.platform;
  const name = process.platform === "win32" ? "node.exe" : "node";
  const carried = join(modules, `node-${platform}-${process.arch}`, "bin", name);
  if (existsSync(carried)) return carried;
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 24 || (major === 24 && minor >= 15)) return process.execPath;
  if (existsSync(stamp)) {
    process.stderr.write(
      `Parlance needs Node 24.15 or newer here (this is ${process.version}); no carried Node fits ${platform} ${process.arch}.\n`,
    );
    process.exit(1);
  }
  return carried;
}

/** Where sources have changed. The service runs without pages, too. */
function buildPages() {
  if (pagesAreFresh()) return;
  process.stderr.write(
    "Building the pages (a few seconds, after each change of their sources) …\n",
  );
  const run = spawnSync(carriedNode(), [SOURCE, join(root, "tools/build-web.ts")], {
    stdio: "inherit",
  });
  if (run.status !== 0) process.stderr.write("They could not be built: the lines above say why.\n");
}

/** Everything under the packages, apps and tools, or the files named. */
function testFiles(named) {
  if (named.length > 0) return named;
  return ["packages/*/src/**/*.test.ts", "apps/*/src/**/*.test.ts", "tools/**/*.test.ts"];
}

/**
 * Becomes that Node: the same process where the system can do it, else a child that dies with this one.
 * Under npm both end when npm is gone, even if nothing could tell them; started by hand they may outlive a shell.
 */
function handOver(args, cwd) {
  const node = carriedNode();
  process.chdir(cwd);
  const underNpm = process.env.npm_lifecycle_event !== undefined;
  const env = { ...process.env, PATH: `${join(modules, ".bin")}${delimiter}${process.env.PATH}` };
  env.NODE_COMPILE_CACHE ??= join(modules, ".cache", "compile");
  const bond = ["--import", new URL("die-with-parent.mjs", import.meta.url).href];
  if (typeof process.execve === "function") {
    if (underNpm) env.PARLANCE_DIES_WITH = "npm";
    process.execve(node, [node, ...(underNpm ? bond : []), ...args], env);
  }
  env.PARLANCE_DIES_WITH = "parent";
  const child = spawn(node, [...bond, ...args], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env,
  });
  if (underNpm) watchParent(() => child.kill("SIGKILL"), { npm: true });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
}
