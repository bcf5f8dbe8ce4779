/** Builds the pages where their sources have changed, as `npm start` does. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { pagesAreFresh } from "../../tools/web-stamp.mjs";

const BUILD = fileURLToPath(new URL("../../tools/build-web.ts", import.meta.url));

export function buildPages(): void {
  if (pagesAreFresh()) return;
  execFileSync(process.execPath, ["--conditions=parlance-source", BUILD], { stdio: "inherit" });
}
