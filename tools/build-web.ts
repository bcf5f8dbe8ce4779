/** Builds the pages of apps/web into apps/web/dist, and a compressed form beside what compresses. `npm run build:web` */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";
import { CODINGS } from "../apps/web/bundle/compressed.ts";
import { digestOfSources, stampPages } from "./web-stamp.mjs";

const folder = join(import.meta.dirname, "../apps/web");
const dist = join(folder, "dist");

const began = performance.now();
const digest = digestOfSources();
await build({ configFile: join(folder, "vite.config.ts") });
fillWorker();
for (const name of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
  if (!/\.(?:html|js|css|svg)$/.test(name)) continue;
  const file = join(dist, name);
  const content = readFileSync(file);
  for (const [end, code] of Object.entries(CODINGS)) writeFileSync(`${file}.${end}`, code(content));
}
stampPages(digest);
process.stderr.write(`Built the pages in ${((performance.now() - began) / 1_000).toFixed(1)} s.\n`);

/** Names in it what the messenger is made of; the pages of operators are nothing that a browser keeps. */
function fillWorker(): void {
  const file = join(dist, "worker.js");
  const assets = readdirSync(join(dist, "assets"))
    .filter((name) => !/^(?:admin|ladder)[-.]/.test(name))
    .map((name) => `/assets/${name}`);
  const worker = readFileSync(file, "utf8");
  const list = JSON.stringify(["/icon.svg", ...assets]);
  const filled = worker.replace("const ASSETS = [];", `const ASSETS = ${list};`);
  if (filled === worker) throw new Error("worker.js has no place for the list of assets");
  writeFileSync(file, filled);
}
