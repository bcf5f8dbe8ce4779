// Whether the pages in apps/web/dist were built from the sources as they are. Plain JavaScript without packages,
// because `npm start` asks on whatever Node it was started with.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, "apps/web/dist/.stamp");
/** All that ends up in the pages: theirs, the SDK with what it is made of, and the versions of the rest. */
const SOURCES = [
  "apps/web/index.html",
  "apps/web/admin.html",
  "apps/web/vite.config.ts",
  "apps/web/bundle",
  "apps/web/package.json",
  "apps/web/public",
  "apps/web/src",
  ...["wire", "sip", "msrp", "formats", "im", "client"].map((name) => `packages/${name}/src`),
  "package-lock.json",
];

export function pagesAreFresh() {
  try {
    return readFileSync(stamp, "utf8") === digestOfSources();
  } catch {
    return false; // never built
  }
}

/** `digest`: of the sources as they were when the build began. */
export function stampPages(digest) {
  writeFileSync(stamp, digest);
}

export function digestOfSources() {
  const hash = createHash("sha256");
  for (const source of SOURCES) {
    for (const file of filesOf(source))
      hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest("hex");
}

function filesOf(path) {
  try {
    return readdirSync(join(root, path), { withFileTypes: true })
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((entry) => filesOf(`${path}/${entry.name}`))
      .filter((file) => !file.endsWith(".test.ts"));
  } catch (error) {
    if (error.code === "ENOTDIR") return [path];
    throw error;
  }
}
