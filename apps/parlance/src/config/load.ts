/** Puts a configuration together: defaults, then the file, then the environment, then --set. */
import { readFileSync } from "node:fs";
import { parseDocument } from "yaml";
import { z } from "zod";
import { explainFileFault } from "../files/file-fault.ts";
import { type Configuration, configuration } from "./schema.ts";

export interface Sources {
  /** YAML or JSON file. */
  readonly file?: string | undefined;
  /** `PARLANCE_KEY_PATH` variables; others are passed over. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** `key.path=value`, the last one counts. */
  readonly set?: readonly string[];
  /** What stands under everything, for the local service. */
  readonly base?: unknown;
}

/** What is wrong with a configuration, a line for each fault: where, what, and from which source. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}

type Tree = { [key: string]: unknown };

export function loadConfiguration(sources: Sources): Configuration {
  const tree: Tree = asTree(structuredClone(sources.base ?? {}), "the built-in defaults");
  if (sources.file !== undefined) merge(tree, readFile(sources.file));
  const leaves = leafPaths();
  for (const [path, value] of fromEnvironment(sources.environment ?? {}, leaves)) {
    put(tree, path, value);
  }
  for (const assignment of sources.set ?? []) {
    const [path, value] = readAssignment(assignment);
    put(tree, path, value);
  }
  return validate(tree);
}

export function validate(tree: unknown): Configuration {
  const read = configuration.safeParse(tree);
  if (read.success) return read.data;
  throw new ConfigurationError(read.error.issues.map(formatIssue).join("\n"));
}

/** Dotted paths of every key, as `--set` and `explain` name them. */
export function leafPaths(): string[] {
  return [...walkLeaves(z.toJSONSchema(configuration, { io: "input" }), "")];
}

function* walkLeaves(schema: Tree, path: string): Generator<string> {
  const { properties } = schema;
  if (!isTree(properties)) {
    yield path;
    return;
  }
  for (const [key, inner] of Object.entries(properties)) {
    if (isTree(inner)) yield* walkLeaves(inner, path === "" ? key : `${path}.${key}`);
  }
}

function formatIssue(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") {
    const parent = issue.path.length > 0 ? `${issue.path.join(".")}.` : "";
    return issue.keys
      .map((key) => `${parent}${key}: no such key${suggest(parent + key)}`)
      .join("\n");
  }
  return `${issue.path.join(".") || "configuration"}: ${issue.message}`;
}

function suggest(wrong: string): string {
  const near = leafPaths().find((path) => path.toLowerCase() === wrong.toLowerCase());
  return near === undefined ? "" : ` (meant ${near}?)`;
}

function readFile(file: string): Tree {
  let source: string;
  try {
    source = readFileSync(file, "utf8");
  } catch (error) {
    throw new ConfigurationError(explainFileFault(error, file, "read"));
  }
  const document = parseDocument(source);
  const [fault] = document.errors;
  if (fault !== undefined) throw new ConfigurationError(`${file}: ${fault.message}`);
  return asTree(document.toJS({ maxAliasCount: 0 }) ?? {}, file);
}

/** `PARLANCE_LISTEN_SIP` is `listen.sip`: case and underscores decide nothing. */
function* fromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  leaves: readonly string[],
): Generator<[path: string, value: unknown]> {
  const byVariable = new Map(leaves.map((path) => [variableOf(path), path]));
  for (const [variable, value] of Object.entries(environment)) {
    const path = byVariable.get(variable);
    if (path !== undefined && value !== undefined) yield [path, readValue(value)];
  }
}

/** The environment variable of a key: `core.trustedPeers` is PARLANCE_CORE_TRUSTED_PEERS. */
export function variableOf(path: string): string {
  const words = path.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").replaceAll(".", "_");
  return `PARLANCE_${words.toUpperCase()}`;
}

function readAssignment(assignment: string): [path: string, value: unknown] {
  const at = assignment.indexOf("=");
  if (at < 1) throw new ConfigurationError(`--set ${assignment}: expected key.path=value`);
  return [assignment.slice(0, at), readValue(assignment.slice(at + 1))];
}

/** JSON where it is JSON (numbers, true, [..], {..}), else the text itself. */
function readValue(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function put(tree: Tree, path: string, value: unknown): void {
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  let at = tree;
  for (const key of keys) {
    const inner = Object.hasOwn(at, key) ? at[key] : undefined;
    const next: Tree = isTree(inner) ? inner : {};
    define(at, key, next);
    at = next;
  }
  define(at, last, value);
}

function merge(into: Tree, from: Tree): void {
  for (const [key, value] of Object.entries(from)) {
    const inner = Object.hasOwn(into, key) ? into[key] : undefined;
    if (isTree(inner) && isTree(value)) merge(inner, value);
    if (!isTree(inner) || !isTree(value)) define(into, key, value);
  }
}

/** A key may be called `__proto__`: it becomes a plain property, which the schema then refuses. */
function define(tree: Tree, key: string, value: unknown): void {
  Object.defineProperty(tree, key, { value, enumerable: true, writable: true, configurable: true });
}

function asTree(value: unknown, source: string): Tree {
  if (isTree(value)) return value;
  throw new ConfigurationError(`${source}: expected keys and values`);
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
