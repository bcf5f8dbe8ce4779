/** The programs in the documents of the SDK are such as the compiler takes, with what they leave out declared here. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { ownFolder } from "./own-folder.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const DOCUMENTS = ["README.md", "packages/client/README.md", "docs/conferences.md", "docs/push.md"];

/** What a reader has of his own, or from the lines before. */
const KNOWN = `
import type * as sdk from "@parlance/client";
declare global {
  const im: sdk.ImClient, chat: sdk.Conversation, room: sdk.Room, member: sdk.Member, entry: sdk.HistoryEntry;
  const password: string, bob: string, carol: string, dave: string, to: string, path: string;
  const token: string, app: string, instance: string;
  const file: Blob, thumbnail: Uint8Array, signal: AbortSignal;
  function show(what: unknown): void;
  function badge(...what: unknown[]): void;
  function bar(...what: unknown[]): void;
  function tick(state: string): void;
  function redraw(...what: unknown[]): void;
  function onProgress(): void;
  function sync(): Promise<void>;
  function write(what: unknown): Promise<void>;
  function userWantsIt(what: unknown): Promise<boolean>;
}
`;

test("every program in the documents of the SDK compiles", (t) => {
  const folder = ownFolder("snippets");
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  const programs = DOCUMENTS.flatMap(programsOf);
  assert.ok(programs.length > 10, "the programs were not found");
  for (const { place, program } of programs) write(`${place}.ts`, program);
  write("known.ts", KNOWN);
  write("tsconfig.json", JSON.stringify(configuration()));
  const compiler = join(ROOT, "node_modules/ts7/bin/tsc");
  const { stdout } = spawnSync(process.execPath, [compiler, "-p", folder], { encoding: "utf8" });
  assert.equal(stdout, "");
});

interface Snippet {
  /** Document and line, as the name of a file. */
  readonly place: string;
  readonly program: string;
}

/** Each in a function, so that its names meet nobody else's. */
function programsOf(name: string): Snippet[] {
  const text = readFileSync(join(ROOT, name), "utf8");
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(({ 1: code = "", index }) => {
    const whole = code
      .replaceAll("{ …, ", "{ user: to, password, ")
      .replaceAll("=> …", "=> {}")
      .split("\n");
    const imports = whole.filter((line) => line.startsWith("import ")).join("\n");
    const rest = whole.filter((line) => !line.startsWith("import ")).join("\n");
    const usual = 'import { connect } from "@parlance/client/node";';
    const program = `${imports || usual}\nexport async function run() {\n${rest}\n}\n`;
    const line = text.slice(0, index).split("\n").length;
    return { place: `${name.replaceAll("/", "-")}-line-${line}`, program };
  });
}

function configuration(): object {
  const source = (path: string): string[] => [join(ROOT, "packages/client/src", path)];
  return {
    extends: join(ROOT, "tsconfig.base.json"),
    compilerOptions: {
      noEmit: true,
      composite: false,
      declaration: false,
      declarationMap: false,
      noUnusedLocals: false,
      noUnusedParameters: false,
      lib: ["ESNext", "DOM"],
      types: ["node"],
      typeRoots: [join(ROOT, "node_modules/@types")],
      paths: {
        "@parlance/client": source("index.ts"),
        "@parlance/client/node": source("node/index.ts"),
        "@parlance/client/web": source("web/index.ts"),
      },
    },
    include: ["*.ts"],
  };
}
