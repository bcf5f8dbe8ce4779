/** Builds the pages of apps/web into apps/web/dist, and a compressed form beside what compresses. `npm run build:web` */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { digestOfSources, stampPages } from "./web-stamp.mjs";

const folder = join(import.meta.dirname, "../apps/web");
const dist = join(folder, "dist");

const began = performance.now();
const digest = digestOfSources();
await build({ configFile: join(folder, "vite.config.ts") });
for (const name of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
  if (!/\.(?:html|js|css|svg)$/.test(name)) continue;
  const file = join(dist, name);
  writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }));
}
stampPages(digest);
process.stderr.write(`Built the pages in ${((performance.now() - began) / 1_000).toFixed(1)} s.\n`);
