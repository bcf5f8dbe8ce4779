/** What a browser loads before somebody sees the messenger, and before his first message is sent. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { build, type Rolldown } from "vite";
import { CODINGS } from "../bundle/compressed.ts";

const CONFIG = fileURLToPath(new URL("../vite.config.ts", import.meta.url));
const DOCS = fileURLToPath(new URL("../../../docs/web.md", import.meta.url));

type Output = Rolldown.RolldownOutput["output"][number];

async function built(): Promise<ReadonlyMap<string, Output>> {
  const made = await build({ configFile: CONFIG, logLevel: "silent", build: { write: false } });
  assert.ok(!Array.isArray(made) && "output" in made);
  return new Map(made.output.map((one) => [one.fileName, one]));
}

/** These chunks and all that they import from the start, with their styles: octets as the server has them. */
function sizeOf(
  files: ReadonlyMap<string, Output>,
  begin: readonly string[],
  code: (content: Uint8Array) => Uint8Array,
): number {
  const wanted = new Set(begin);
  for (const name of wanted) {
    const file = files.get(name);
    if (file?.type !== "chunk") continue;
    for (const one of file.imports) wanted.add(one); // visited in turn
    for (const one of file.viteMetadata?.importedCss ?? []) wanted.add(one);
  }
  let sum = 0;
  for (const name of wanted) {
    const file = files.get(name);
    const text = file?.type === "chunk" ? file.code : (file?.source ?? "");
    sum += code(Buffer.from(text)).length;
  }
  return sum;
}

/** The chunk that has this module in it. */
function chunkWith(files: ReadonlyMap<string, Output>, module: string): string {
  const found = [...files.values()].find(
    (one) => one.type === "chunk" && one.moduleIds.some((id) => id.endsWith(module)),
  );
  return found?.fileName ?? assert.fail(`${module} is nowhere`);
}

test("the messenger begins with no more than the documentation says, compressed", async (t) => {
  const files = await built();
  const index = chunkWith(files, "/src/messenger/main.tsx");
  const client = chunkWith(files, "/web/connect-in-page.ts");
  const docs = readFileSync(DOCS, "utf8");
  for (const [coding, code] of [
    ["brotli", CODINGS.br],
    ["gzip", CODINGS.gz],
  ] as const) {
    const page = sizeOf(files, [index], code);
    const whole = sizeOf(files, [index, client], code);
    t.diagnostic(`${coding}: ${page} bytes for the page, ${whole} with the client`);
    const [, ofPage, ofWhole] =
      new RegExp(`by ${coding} at most (\\d+) kB, (\\d+) kB with the client`).exec(docs) ?? [];
    assert.ok(page <= Number(ofPage) * 1_000, `${page} bytes`);
    assert.ok(whole <= Number(ofWhole) * 1_000, `${whole} bytes`);
  }
});

test("nothing of the operator's pages is in what the messenger begins with", async () => {
  const files = await built();
  const index = files.get(chunkWith(files, "/src/messenger/main.tsx"));
  assert.ok(index?.type === "chunk");
  for (const name of [index.fileName, ...index.imports]) {
    const file = files.get(name);
    const modules = file?.type === "chunk" ? Object.keys(file.modules) : [];
    assert.deepEqual(
      modules.filter((one) => one.includes("/src/admin/")),
      [],
    );
  }
});
