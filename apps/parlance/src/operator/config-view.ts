/** The configuration that runs, key by key, as an operator may see it. */
import { keys } from "../config/explain.ts";
import { variableOf } from "../config/load.ts";
import type { Configuration } from "../config/schema.ts";

export interface ExplainedKey {
  readonly path: string;
  readonly value: unknown;
  readonly byDefault: unknown;
  readonly changed: boolean;
  readonly type: string;
  readonly variable: string;
  readonly about: string;
}

const HIDDEN = "***";
/** Names of keys whose values nobody is shown, wherever they stand. */
const SECRET = /^(?:password|secret)$/;

export function explainedConfiguration(config: Configuration): ExplainedKey[] {
  return keys()
    .filter(({ path }) => !path.includes("[]"))
    .map(({ path, type, byDefault, about }) => {
      const value = shown(valueAt(config, path), path.slice(path.lastIndexOf(".") + 1));
      const usual: unknown = JSON.parse(byDefault);
      const changed = JSON.stringify(value ?? null) !== JSON.stringify(usual);
      const asIs = { value: value ?? null, byDefault: usual };
      return { path, ...asIs, changed, type, variable: variableOf(path), about };
    });
}

function valueAt(config: object, path: string): unknown {
  return path.split(".").reduce<unknown>((at, key) => {
    return typeof at === "object" && at !== null && Object.hasOwn(at, key)
      ? Object.getOwnPropertyDescriptor(at, key)?.value
      : undefined;
  }, config);
}

function shown(value: unknown, key: string): unknown {
  if (value === undefined || value === null) return value;
  if (SECRET.test(key)) return HIDDEN;
  if (Array.isArray(value)) return value.map((one) => shown(one, ""));
  if (typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shown(one, name)]));
  }
  return typeof value === "string" ? withoutPassword(value) : value;
}

/** `postgres://parlance:secret@db/parlance` */
function withoutPassword(text: string): string {
  return text.replace(
    /^([a-z][a-z0-9+.-]{0,20}:\/\/[^/@:]{0,200}):[^/@]{0,200}@/i,
    `$1:${HIDDEN}@`,
  );
}
