/** What a page has to load for the SDK, bundled and minified as pages are, stays within what the README promises. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { before, suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";

type Chunk = Rolldown.OutputChunk;

const PACKAGE = fileURLToPath(new URL("../../", import.meta.url));
const ENTRY = resolve(PACKAGE, "src/web/index.ts");
const PAGE = "the page";
/** What a page that signs people in has from the start. */
const CODE = `export { connect, ImError, openStore, preload, secretOf } from "${ENTRY}";`;
const PROMISE = /begins with at most (\d+) KiB.* connects with at most (\d+) KiB/s;

suite("the web entry", () => {
  let chunks: readonly Chunk[];
  let first: readonly Chunk[];
  let connected: readonly Chunk[];

  before(async () => {
    chunks = await bundled();
    const client = chunks.filter(({ moduleIds }) => has(moduleIds, "web/connect-in-page.ts"));
    first = withImports(
      chunks.filter(({ isEntry }) => isEntry),
      chunks,
    );
    connected = withImports([...first, ...client], chunks);
  });

  test("a page begins, and connects, with no more than the README says, gzipped", (t) => {
    const readme = readFileSync(resolve(PACKAGE, "README.md"), "utf8");
    const [, begins, connects] = PROMISE.exec(readme) ?? [];
    t.diagnostic(`begins with ${gzipped(first)} octets, connects with ${gzipped(connected)}`);
    assert.ok(gzipped(first) <= Number(begins) * 1_024, `${gzipped(first)} octets to begin with`);
    assert.ok(gzipped(connected) <= Number(connects) * 1_024, `${gzipped(connected)} octets`);
  });

  test("what nobody needs to talk is loaded later", () => {
    const early = connected.flatMap(({ moduleIds }) => moduleIds);
    for (const needed of ["sending/outbox.ts", "receiving/receiver.ts"]) {
      assert.ok(has(early, needed), needed);
    }
    for (const late of [
      "conference/rooms.ts",
      "session/sessions.ts",
      "documents/documents.ts",
      "files/download-file.ts",
      "files/upload-file.ts",
      "history/server-history.ts",
      "owned/own-groups.ts",
      "session/files/file-transfer.ts",
      "settings/settings.ts",
    ]) {
      assert.ok(!has(early, late), late);
    }
  });

  test("a page loads nothing of Node and nothing of the server", () => {
    for (const id of chunks.flatMap(({ moduleIds }) => moduleIds)) {
      assert.doesNotMatch(id, /packages\/(?:server|node)\/|client\/src\/node\/|^node:/);
    }
  });
});

async function bundled(): Promise<readonly Chunk[]> {
  const made = await build({
    root: PACKAGE,
    configFile: false,
    logLevel: "silent",
    resolve: { conditions: ["parlance-source"] },
    plugins: [
      {
        name: PAGE,
        resolveId: (id) => (id === PAGE ? id : undefined),
        load: (id) => (id === PAGE ? CODE : undefined),
      },
    ],
    build: {
      write: false,
      modulePreload: false,
      rolldownOptions: { input: PAGE, preserveEntrySignatures: "strict" },
    },
  });
  const [bundle] = [made].flat();
  assert.ok(bundle !== undefined && "output" in bundle);
  return bundle.output.filter((one) => one.type === "chunk");
}

/** With everything that they need at once. */
function withImports(of: readonly Chunk[], all: readonly Chunk[]): readonly Chunk[] {
  const needed = new Set(of);
  for (const { imports } of needed) {
    for (const one of all) if (imports.includes(one.fileName)) needed.add(one);
  }
  return [...needed];
}

function has(moduleIds: readonly string[], end: string): boolean {
  return moduleIds.some((id) => id.endsWith(`client/src/${end}`));
}

function gzipped(of: readonly Chunk[]): number {
  return of.reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0);
}
