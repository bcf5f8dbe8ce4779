/** The shared corpora of good, odd and hostile input, for tests that can find them. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface CorpusEntry {
  readonly file: string;
  readonly verdict: string;
  readonly bytes: Uint8Array;
  /** Everything `expected.json` says about the file. */
  readonly facts: Readonly<Record<string, unknown>>;
}

const repository = new URL("../../", import.meta.url);

/** `undefined` when the corpora are not on this machine: say so in the test and return. */
export function readCorpus(name: string): readonly CorpusEntry[] | undefined {
  const folder = `${corporaFolder()}/${name}`;
  if (!existsSync(`${folder}/expected.json`)) return undefined;
  const expected: unknown = JSON.parse(readFileSync(`${folder}/expected.json`, "utf8"));
  if (!isRecord(expected) || !Array.isArray(expected["entries"])) {
    throw new TypeError(`${folder}/expected.json has no entries`);
  }
  return expected["entries"].filter(isRecord).map((facts) => ({
    file: String(facts["file"]),
    verdict: String(facts["verdict"]),
    bytes: new Uint8Array(readFileSync(`${folder}/${String(facts["file"])}`)),
    facts,
  }));
}

/** The same inside a test, which notes when there is nothing to go through. */
export function corpusFor(
  test: { diagnostic(message: string): void },
  name: string,
): readonly CorpusEntry[] {
  const entries = readCorpus(name);
  if (entries === undefined) test.diagnostic(`corpus ${name} is not on this machine`);
  return entries ?? [];
}

/** Corpora that are lists of cases and not of files: all that `expected.json` says about each. */
export function casesFor(
  test: { diagnostic(message: string): void },
  name: string,
): readonly Readonly<Record<string, unknown>>[] {
  const path = corpusPath(`${name}/expected.json`);
  if (path === undefined) test.diagnostic(`corpus ${name} is not on this machine`);
  const expected: unknown = path === undefined ? {} : JSON.parse(readFileSync(path, "utf8"));
  const cases = isRecord(expected) ? (expected["cases"] ?? []) : [];
  if (!Array.isArray(cases)) throw new TypeError(`${name} has no cases`);
  return cases.filter(isRecord);
}

/** A file beside the entries; `undefined` when it is not on this machine. */
export function corpusPath(name: string): string | undefined {
  const path = `${corporaFolder()}/${name}`;
  return existsSync(path) ? path : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function corporaFolder(): string {
  const named = process.env["PARLANCE_CORPORA"] ?? "../shared/corpora";
  return fileURLToPath(new URL(named.endsWith("/") ? named : `${named}/`, repository));
}
