/** The documents name only what there is: files, headings, commands with their options, scripts, keys of the configuration. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { parse } from "yaml";
import { leafPaths, validate } from "../../apps/parlance/src/config/load.ts";
import { parlanceProgram } from "../../apps/parlance/src/program.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SKIPPED = new Set(["node_modules", ".git", "dist", "data"]);

interface Document {
  readonly name: string;
  /** Without code. */
  readonly prose: string;
  readonly blocks: readonly { readonly language: string; readonly code: string }[];
  readonly spans: readonly string[];
}

const files = new Set(filesBelow(""));
const documents = [...files].filter((name) => name.endsWith(".md")).map(readDocument);
/** The changelog tells of what was, too. */
const current = documents.filter(({ name }) => name !== "CHANGELOG.md");

test("every link leads to a file, and to a heading of it", () => {
  const headings = new Map(documents.map(({ name, prose }) => [name, anchorsOf(prose)]));
  const astray = documents.flatMap(({ name, prose }) =>
    linksOf(prose)
      .filter((link) => {
        const [path = "", anchor] = link.split("#");
        const target = path === "" ? name : posix.normalize(posix.join(posix.dirname(name), path));
        if (!files.has(target) && !isFolder(target)) return true;
        return anchor !== undefined && headings.get(target)?.has(anchor) !== true;
      })
      .map((link) => `${name}: ${link}`),
  );
  assert.deepEqual(astray, []);
});

test("every command line is one that the program knows", () => {
  const program = parlanceProgram();
  const wrong = current.flatMap(({ name, blocks, spans }) =>
    [...blocks.map(({ code }) => code), ...spans]
      .flatMap(commandLinesIn)
      .flatMap((line) =>
        faultOf(program, line).map((fault) => `${name}: ${line.join(" ")}: ${fault}`),
      ),
  );
  assert.deepEqual(wrong, []);
});

test("every script of npm that is named exists", () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const known = new Set(Object.keys(scripts));
  const wrong = current.flatMap(({ name, blocks, spans }) =>
    [...blocks.map(({ code }) => code), ...spans]
      .flatMap((code) => [...code.matchAll(/\bnpm run (?:-s )?([a-z:]+)/g)])
      .filter(([, script = ""]) => !known.has(script))
      .map(([text]) => `${name}: ${text}`),
  );
  assert.deepEqual(wrong, []);
});

test("every key of the configuration that is named exists", () => {
  const paths = leafPaths();
  const tops = new Set(paths.map((path) => path.split(".", 1)[0]));
  const wrong = current.flatMap(({ name, spans }) =>
    spans
      .flatMap((span) => /^([a-z]+)((?:\.[a-z][A-Za-z0-9]*)+)(?=$|[:\s])/.exec(span) ?? [])
      .filter((key) => key.includes(".") && !key.startsWith(".") && tops.has(key.split(".", 1)[0]))
      .filter((key) => !/\.(ts|html|db|json|xml|md|secret|pcap)$/.test(key))
      .filter((key) => !paths.some((path) => path === key || path.startsWith(`${key}.`)))
      .map((key) => `${name}: ${key}`),
  );
  assert.deepEqual(wrong, []);
});

test("every example of a configuration is a valid one", () => {
  const tops = new Set(leafPaths().map((path) => path.split(".", 1)[0]));
  let seen = 0;
  for (const { name, blocks } of current) {
    for (const { language, code } of blocks) {
      if (language !== "yaml" && language !== "json") continue;
      if (code.startsWith("# ")) continue; // names the file of another program
      const tree: unknown = parse(code.replaceAll("…", "x"));
      if (typeof tree !== "object" || tree === null) continue;
      if (!Object.keys(tree).every((key) => tops.has(key))) continue;
      seen += 1;
      assert.doesNotThrow(() => validate(tree), `${name}: ${code}`);
    }
  }
  assert.ok(seen > 3, "the examples were not found");
});

test("every source file that is named exists", () => {
  const wrong = current.flatMap(({ name, spans }) =>
    spans
      .filter((span) => /^[\w@-][\w@.-]*(?:\/[\w.-]+)+\.(?:ts|cjs|mjs|cfg|css|js)$/.test(span))
      .filter((span) => ![...files].some((file) => `/${file}`.endsWith(`/${span}`)))
      .map((span) => `${name}: ${span}`),
  );
  assert.deepEqual(wrong, []);
});

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = posix.join(folder, entry.name);
    if (SKIPPED.has(entry.name)) return [];
    return entry.isDirectory() ? filesBelow(name) : [name];
  });
}

function isFolder(name: string): boolean {
  const start = `${name.replace(/\/$/, "")}/`;
  return [...files].some((file) => file.startsWith(start));
}

function readDocument(name: string): Document {
  const text = readFileSync(join(ROOT, name), "utf8");
  const fence = /^([ ]*)```(\w*)\n([\s\S]*?)^[ ]*```$/gm;
  const blocks = [...text.matchAll(fence)].map(([, , language = "", code = ""]) => ({
    language,
    code,
  }));
  const prose = text.replace(fence, "");
  const spans = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
  return { name, prose, blocks, spans };
}

function linksOf(prose: string): string[] {
  return [...prose.replace(/`[^`\n]+`/g, "").matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = ""]) => link)
    .filter((link) => !/^[a-z]+:/.test(link));
}

/** As GitHub names headings. */
function anchorsOf(prose: string): ReadonlySet<string> {
  const titles = [...prose.matchAll(/^#+ +(.+)$/gm)].map(([, title = ""]) => title);
  return new Set(
    titles.map((title) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_ -]/gu, "")
        .trim()
        .replaceAll(" ", "-"),
    ),
  );
}

/** The words behind `parlance`, one list for each call. */
function commandLinesIn(code: string): string[][] {
  return code
    .replace(/\\\n\s*/g, " ")
    .split("\n")
    .flatMap(
      (line) =>
        /(?:^\s*|\bnpx |\$ )parlance +([a-z-].*)/.exec(
          line.replace(/(?<=\S)(?:\s{3,}| #).*/, ""),
        )?.[1] ?? [],
    )
    .map((rest) => (rest.split(/[|;>]/, 1)[0] ?? "").match(/"[^"]*"|'[^']*'|\S+/g) ?? []);
}

/** Options may stand behind the command or behind those that it is part of. */
function faultOf(program: Command, line: readonly string[]): string[] {
  let command = program;
  let words = [...line];
  const options = [...program.options];
  for (;;) {
    const next = command.commands.find((one) => one.name() === words[0]);
    if (next === undefined) break;
    command = next;
    words = words.slice(1);
    options.push(...next.options);
  }
  // What a group does with words behind its own name.
  const unnamed = command.commands.find((one) => one.name() === "(none)");
  if (unnamed !== undefined) command = unnamed;
  options.push(...(unnamed?.options ?? []));
  const [word = ""] = words;
  const takesWords = command.registeredArguments.length > 0;
  if (command === program || (command.commands.length > 0 && !takesWords && /^[a-z]/.test(word))) {
    return [`no command ${word}`];
  }
  options.push(...command.commands.flatMap((one) => one.options)); // of the one that is meant by default
  const faults: string[] = [];
  const given: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const one = words[at] ?? "";
    if (!/^--?[a-z]/.test(one)) given.push(one);
    else if (one !== "--help") {
      const option = options.find(({ long, short }) => one === long || one === short);
      if (option === undefined) faults.push(`no option ${one}`);
      else if (option.required) at += 1; // its value
    }
  }
  const wanted = command.registeredArguments;
  const many = command.commands.length === 0 && !wanted.some(({ variadic }) => variadic);
  if (many && given.length > wanted.length) faults.push(`too many words: ${given.join(" ")}`);
  return faults;
}
