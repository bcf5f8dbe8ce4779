/** What a page has to load for the SDK stays within the budget that the README promises. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, relative, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import ts from "typescript";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const ENTRY = resolve(ROOT, "packages/client/src/web/index.ts");
const README = resolve(ROOT, "packages/client/README.md");

/** Every module that the entry needs from the start, without types and comments, as a bundler has it. */
function modulesFrom(entry: string): Map<string, string> {
  const found = new Map<string, string>();
  const waiting = [entry];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file)) continue;
    const code = withoutTypes(readFileSync(file, "utf8"));
    found.set(file, code);
    const { importedFiles } = ts.preProcessFile(atStart(code), true, file.endsWith(".js"));
    waiting.push(...importedFiles.map(({ fileName }) => placeOf(fileName, file)));
  }
  return found;
}

function withoutTypes(source: string): string {
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: {
      target: ts.ScriptTarget.ESNext,
      module: ts.ModuleKind.Preserve,
      verbatimModuleSyntax: true,
      removeComments: true,
    },
  });
  return outputText;
}

/** What `import(…)` names is loaded when it is needed. */
function atStart(code: string): string {
  return code.replaceAll(/\bimport\(/g, "later(");
}

function placeOf(name: string, importer: string): string {
  if (name.startsWith(".")) return resolve(dirname(importer), name);
  const ours = /^@parlance\/(\w+)$/.exec(name)?.[1];
  if (ours !== undefined) return resolve(ROOT, `packages/${ours}/src/index.ts`);
  return createRequire(importer).resolve(name);
}

test("the modules of the web entry, gzipped together, fit the budget in the README", (t) => {
  const modules = modulesFrom(ENTRY);
  const bytes = gzipSync([...modules.values()].join("\n"), { level: 9 }).length;
  const promised = /at most (\d+) KiB/.exec(readFileSync(README, "utf8"))?.[1];
  t.diagnostic(`${modules.size} modules, ${bytes} bytes`);
  assert.ok(bytes <= Number(promised) * 1024, `${bytes} bytes, promised ${promised} KiB`);
});

test("what moves the octets of files is no part of what a page begins with", () => {
  const modules = [...modulesFrom(ENTRY).keys()].map((file) => relative(ROOT, file));
  for (const late of ["files/upload-file", "files/download-file", "session/files/file-transfer"]) {
    assert.ok(!modules.includes(`packages/client/src/${late}.ts`), late);
  }
});

test("a page loads nothing of Node and nothing of the server", () => {
  for (const file of modulesFrom(ENTRY).keys()) {
    assert.doesNotMatch(relative(ROOT, file), /^packages\/(?:server|node)\/|client\/src\/node\//);
  }
});
