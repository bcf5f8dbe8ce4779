/** Writes the pages of docs/ that are made from the sources: `npm run docs`. With --check it only compares. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { formatPage, jsonSchema } from "../apps/parlance/src/config/explain.ts";
import { openApi } from "../apps/parlance/src/operator/openapi.ts";
import { ROUTES } from "../apps/parlance/src/operator/routes.ts";

const pages = new Map([
  ["../docs/configuration.md", formatPage()],
  ["../docs/openapi.json", `${JSON.stringify(openApi(ROUTES), null, 2)}\n`],
  ["../docs/configuration.schema.json", `${JSON.stringify(jsonSchema(), null, 2)}\n`],
]);

for (const [name, text] of pages) {
  const file = fileURLToPath(new URL(name, import.meta.url));
  if (!process.argv.includes("--check")) writeFileSync(file, text);
  else if (read(file) !== text) {
    process.stderr.write(`${name.slice(3)} is stale: run \`npm run docs\`\n`);
    process.exitCode = 1;
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
