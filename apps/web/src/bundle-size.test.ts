/** What a browser loads before somebody sees the messenger, and before his first message is sent. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";

const CONFIG = fileURLToPath(new URL("../vite.config.ts", import.meta.url));
const DOCS = fileURLToPath(new URL("../../../docs/web.md", import.meta.url));

type Output = Rolldown.RolldownOutput["output"][number];

async function built(): Promise<ReadonlyMap<string, Output>> {
  const made = await build({ configFile: CONFIG, logLevel: "silent", build: { write: false } });
  assert.ok(!Array.isArray(made) && "output" in made);
  return new Map(made.output.map((one) => [one.fileName, one]));
}

/** These chunks and all that they import from the start, with their styles. */
function sizeOf(files: ReadonlyMap<string, Output>, begin: readonly string[]): number {
  const wanted = new Set<string>();
  const waiting = [...begin];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const file = files.get(name);
    if (file === undefined || wanted.has(name)) continue;
    wanted.add(name);
    if (file.type !== "chunk") continue;
    waiting.push(...file.imports, ...(file.viteMetadata?.importedCss ?? []));
  }
  return [...wanted].reduce((sum, name) => {
    const file = files.get(name);
    const text = file?.type === "chunk" ? file.code : (file?.source ?? "");
    return sum + gzipSync(text, { level: 9 }).length;
  }, 0);
}

function named(files: ReadonlyMap<string, Output>, name: string): string {
  const found = [...files.values()].find((one) => one.type === "chunk" && one.name === name);
  return found?.fileName ?? assert.fail(`no chunk ${name}`);
}

test("the messenger begins with no more than the documentation says, compressed", async (t) => {
  const files = await built();
  const page = sizeOf(files, [named(files, "index")]);
  const whole = sizeOf(files, [named(files, "index"), named(files, "connect-in-page")]);
  t.diagnostic(`${page} bytes for the page, ${whole} with the client`);
  const docs = readFileSync(DOCS, "utf8");
  const said = (pattern: RegExp): number => Number(pattern.exec(docs)?.[1]) * 1_000;
  assert.ok(page <= said(/begins with at most (\d+) kB/), `${page} bytes`);
  assert.ok(whole <= said(/with at most (\d+) kB once it connects/), `${whole} bytes`);
});

test("nothing of the operator's pages is in what the messenger begins with", async () => {
  const files = await built();
  const index = files.get(named(files, "index"));
  assert.ok(index?.type === "chunk");
  for (const name of index.imports) {
    const file = files.get(name);
    const modules = file?.type === "chunk" ? Object.keys(file.modules) : [];
    assert.deepEqual(
      modules.filter((one) => one.includes("/src/admin/")),
      [],
    );
  }
});
