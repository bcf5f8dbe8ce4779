/** Log records for a person's eyes: `log.pretty`. */
import type { Writable } from "node:stream";

const MARKS = new Map([
  ["error", "✗"],
  ["warn", "!"],
]);

/** Takes the JSON lines of the log; what is none goes through as it is. */
export function logLines(to: Pick<Writable, "write">): { write(line: string): void } {
  return {
    write(line) {
      to.write(`${logLine(line)}\n`);
    },
  };
}

/** `12:03:44 ! login failed  source=#x3f count=3` */
export function logLine(json: string): string {
  const record = recordOf(json);
  if (record === undefined) return json.trimEnd();
  const { level, time, event, ...fields } = record;
  const at = new Date(Number(time)).toTimeString().slice(0, 8);
  const mark = MARKS.get(String(level)) ?? "·";
  const words = Object.entries(fields).map(([name, value]) => `${name}=${valueText(value)}`);
  return [`${at} ${mark} ${String(event)}`, ...words].join("  ");
}

function recordOf(json: string): Record<string, unknown> | undefined {
  try {
    const record: unknown = JSON.parse(json);
    return typeof record === "object" && record !== null ? { ...record } : undefined;
  } catch {
    return undefined; // not a record of ours
  }
}

/** Quoted as soon as it has to be, so that no value looks like two. */
function valueText(value: unknown): string {
  return typeof value === "string" && /^[\w#.:@/+-]+$/.test(value) ? value : JSON.stringify(value);
}
