/** The Warning header in which a refusal says why. RFC 3261 §20.43 */
import type { Condition, Refusal } from "./refusal.ts";
import { everyRefusal } from "./refusal.ts";

/** What a 202 says when the message is kept for a user who is away, and not just being copied. */
export const DEFERRED = "message deferred";

/** `399 host "text"`: miscellaneous, named after the server that says no. */
export function formatWarning(host: string, text: string): string {
  if (/[\r\n\0]/.test(text) || !/^[\w.:[\]-]{1,255}$/.test(host)) {
    throw new RangeError("not fit for a Warning");
  }
  return `399 ${host} "${text.replace(/["\\]/g, "\\$&")}"`;
}

/** The texts of Warning header lines, unquoted; what is not readable is left out. */
export function readWarnings(lines: readonly string[]): string[] {
  const texts: string[] = [];
  for (const line of lines) {
    for (const [, text = ""] of line.matchAll(/"((?:[^"\\]|\\.)*)"/g)) {
      texts.push(text.replace(/\\(.)/g, "$1"));
    }
  }
  return texts;
}

/**
 * What a refusal by some server means. The text is searched for in the warnings without regard to
 * case, because others write `133 Size exceeded`; the longest one found wins.
 */
export function readCondition(status: number, warnings: readonly string[]): Condition | undefined {
  const said = warnings.map((text) => text.toLowerCase());
  let found: Refusal | undefined;
  for (const refusal of everyRefusal()) {
    const text = refusal.warning?.toLowerCase();
    if (text === undefined || !said.some((warning) => warning.includes(text))) continue;
    const better = text.length - (found?.warning?.length ?? 0);
    if (better > 0 || (better === 0 && refusal.status === status)) found = refusal;
  }
  return found?.condition;
}
