/** Values of options, checked where they are read: a wrong one ends the command with status 2. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { UsageError } from "../command-error.ts";

/** A whole number from 1 on. */
export function readCount(value: string): number {
  const count = /^\d{1,9}$/.test(value) ? Number(value) : 0;
  if (count < 1) throw new InvalidArgumentError("Expected a whole number from 1 on.");
  return count;
}

/** A number above 0, also a broken one: minutes, seconds. */
export function readTime(value: string): number {
  const time = /^\d{1,9}(?:\.\d{1,3})?$/.test(value) ? Number(value) : 0;
  if (time <= 0) throw new InvalidArgumentError("Expected a number above 0.");
  return time;
}

export function readHttpUrl(value: string): string {
  const url = URL.parse(value);
  if (url?.protocol === "http:" || url?.protocol === "https:") return value.replace(/\/+$/, "");
  throw new InvalidArgumentError("Expected http://HOST:PORT.");
}

/** `100MB`, `2 GB`, or octets. */
export function readBytes(value: string): number {
  const [, count = "", unit = ""] = /^(\d{1,9})\s?([kMGT]?)B?$/.exec(value) ?? [];
  const bytes = Number(count) * 1_000 ** " kMGT".indexOf(unit || " ");
  if (count === "" || bytes < 1) throw new InvalidArgumentError("Expected a size such as 100MB.");
  return bytes;
}

/** Which way files go. */
export function viaOption(): Option {
  return new Option(
    "--via <WAY>",
    "how a file goes: session, straight to who is there; http, by way of the file server; auto, the first that works",
  )
    .choices(["auto", "session", "http"])
    .default("auto");
}

/** Of an option that may be repeated. */
export function collect(value: string, before: readonly string[] | false = []): string[] {
  return [...(before || []), value];
}

/** What a group of commands does when none is named: whoever names one that is not there is told `others`. */
export function orElse(command: Command, others: string): Command {
  return command.allowExcessArguments().hook("preAction", ({ args: [word], parent }) => {
    if (word === undefined) return;
    refuseLateName(parent, word);
    throw new UsageError(`${parent?.name()}: unknown command ${word}; to change it: ${others}`);
  });
}

/** Behind the options of whatever is done when none is named, the name of a command is none any more. */
export function refuseLateName(group: Command | null, word: string): void {
  const meant = group?.commands.find((one) => one.name() === word || one.aliases().includes(word));
  if (meant === undefined) return;
  throw new UsageError(`options come behind the command: ${group?.name()} ${word} …`);
}

/** `examples("send …", "send …")` at the end of a help page. */
export function examples(...lines: readonly string[]): string {
  return ["", "Examples:", ...lines.map((line) => `  $ parlance ${line}`)].join("\n");
}

export function exitStatus(ok: string, failed: string): string {
  return `\nExit status: 0 ${ok}, 1 ${failed}, 2 wrong usage.`;
}
