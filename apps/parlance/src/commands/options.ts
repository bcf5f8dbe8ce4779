/** Values of options, checked where they are read: a wrong one ends the command with status 2. */
import { type Command, Help, InvalidArgumentError, Option } from "commander";
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

/** One of a group of commands, which is done when none is named: whoever names one that is not there is told `others`. */
export function orElse(command: Command, others: string): Command {
  const { parent: group } = command;
  if (group !== null) tellWith(group, command);
  return command.allowExcessArguments().hook("preAction", ({ args: [word] }) => {
    if (word === undefined) return;
    refuseLateName(group, word);
    throw new UsageError(`${group?.name()}: unknown command ${word}; to change it: ${others}`);
  });
}

/** What a group of commands does with what is typed behind its own name: its options are on the help page of the group. */
export function withoutName(group: Command, words: string): Command {
  const command = group.command(`${NOT_TYPED} ${words}`, { isDefault: true, hidden: true });
  group.usage(`[options] ${words}\n       ${pathOf(group)} COMMAND --help`);
  tellWith(group, command);
  return command.hook("preAction", ({ args: [word] }) => refuseLateName(group, word));
}

const NOT_TYPED = "(none)";

/** Behind an option, the name of a command is taken for what is typed without one. */
function refuseLateName(group: Command | null, word: string | undefined): void {
  const meant = group?.commands.find((one) =>
    [one.name(), ...one.aliases()].some((name) => name === word),
  );
  if (meant === undefined) return;
  throw new UsageError(`options come behind the command: ${group?.name()} ${word} …`);
}

function tellWith(group: Command, { options, registeredArguments }: Command): void {
  const usual = new Help();
  group.configureHelp({
    minWidthToWrap: 24, // options stand beside the longer names of commands
    visibleOptions: (each) => [...(each === group ? options : []), ...usual.visibleOptions(each)],
    visibleArguments: (each) => [
      ...(each === group ? registeredArguments.filter((one) => one.description !== "") : []),
      ...usual.visibleArguments(each),
    ],
  });
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

/** `examples("send …", "send …")` at the end of a help page. */
export function examples(...lines: readonly string[]): string {
  return ["", "Examples:", ...lines.map((line) => `  $ parlance ${line}`)].join("\n");
}

export function exitStatus(ok: string, failed: string, late?: string): string {
  const more = late === undefined ? "" : `, ${TOO_LATE} ${late}`;
  return `\nExit status: 0 ${ok}, 1 ${failed}, 2 wrong usage${more}.`;
}

/** The exit status of what has not come as far as was wanted in its time, and may do so yet. */
export const TOO_LATE = 3;
