/** Paths as people type them, or drop them into a terminal: quoted, escaped, below their home. */
import { homedir } from "node:os";
import { resolve } from "node:path";

export function readTypedPath(typed: string, home = homedir()): string {
  const path = unquoted(typed.trim());
  const below = /^~(?:$|[/\\])/.test(path) ? `${home}${path.slice(1)}` : path;
  return resolve(below);
}

function unquoted(typed: string): string {
  const [, , inside] = /^(["'])(.*)\1$/.exec(typed) ?? [];
  if (inside !== undefined) return inside;
  return process.platform === "win32" ? typed : typed.replaceAll(/\\(.)/g, "$1");
}
