/** `parlance deferred`: what waits for a user at the server. */
import type { ImClient, WaitingMessage } from "@parlance/client";
import type { Command } from "commander";
import { CommandError } from "../command-error.ts";
import { connectAccount, untilInterrupted, withAccount, withLogin } from "./account.ts";
import { asOwner, type OwnerCall, type OwnerOptions, printOwned, sayNone } from "./as-owner.ts";
import { examples, exitStatus, orElse } from "./options.ts";
import { printMessage } from "./receive.ts";

const EXIT = exitStatus("done", "no connection, or refused");
/** For messages that came to be printed when the last one has been asked for. */
const LAST_MS = 2_000;
const NOTHING = "nothing waits";

export function addDeferred(program: Command): void {
  const deferred = program
    .command("deferred")
    .summary("what waits for you at the server")
    .description(
      "Messages that came while you were away. They are brought to any of your devices that is there, unless you have set " +
        "that nothing is: settings push-deferred=off (docs/settings.md).",
    )
    .addHelpText("after", examples("deferred list", "deferred fetch 1 2", "deferred remove 3"));
  orElse(
    withLogin(deferred.command("list", { isDefault: true })),
    "deferred fetch, or deferred remove NUMBER...",
  )
    .summary("print what waits")
    .description(
      "Print what waits, the oldest first, one a line: number, time, author, what it is, its size and subject.",
    )
    .option("--json", "print one JSON array")
    .addHelpText("after", EXIT)
    .action(list);
  withAccount(deferred.command("fetch"))
    .summary("have it brought, and print it")
    .description(
      "Print these messages as they come, all of them by default: they wait for nobody any more. This is a device of yours " +
        "meanwhile; with --store it keeps them.",
    )
    .argument("[numbers...]", "as list tells them")
    .option("--json", "one JSON object a line")
    .addHelpText("after", EXIT)
    .action(fetchThem);
  withLogin(deferred.command("remove"))
    .summary("remove it unread")
    .description(
      "Remove these for good. Their authors hear that they failed, if they have asked for that.",
    )
    .argument("<numbers...>", "as list tells them, or all")
    .addHelpText("after", exitStatus("removed", "no connection, refused, or one was not there"))
    .action(remove);
}

async function list(options: OwnerOptions): Promise<void> {
  const waiting = await asOwner(options, "deferred", waitingOf);
  const shown = waiting.map(({ from, time, expires, size, type, subject, group, id }) => ({
    id,
    from,
    time,
    expires,
    size,
    type,
    subject,
    group,
  }));
  printOwned(options, shown, waiting.map(lineOf), NOTHING);
}

async function fetchThem(numbers: readonly string[], _: object, command: Command): Promise<void> {
  const options = command.optsWithGlobals<OwnerOptions>();
  const { signal } = untilInterrupted();
  const client = await connectAccount(options, "deferred", signal);
  client.on("message", (message) => printMessage(message, options.json === true));
  try {
    const chosen = choose(await waitingOf(client, { signal }), numbers);
    if (chosen.length === 0 && options.json !== true) sayNone(NOTHING);
    for (const one of chosen) await one.fetch({ signal });
    if (chosen.length > 0) await new Promise((resolve) => setTimeout(resolve, LAST_MS));
  } finally {
    await client.close();
  }
}

async function remove(numbers: readonly string[], options: OwnerOptions): Promise<void> {
  const missing = await asOwner(options, "deferred", async (client, call) => {
    const chosen = choose(await waitingOf(client, call), numbers);
    let gone = 0;
    for (const one of chosen) gone += (await one.remove(call)) ? 0 : 1;
    return gone;
  });
  if (missing > 0) throw new CommandError("some were not there any more");
  printOwned({ ...options, json: false }, undefined, "removed");
}

async function waitingOf(client: ImClient, call: OwnerCall): Promise<readonly WaitingMessage[]> {
  const found: WaitingMessage[] = [];
  for await (const one of client.deferred(call)) found.push(one);
  return found;
}

function choose(
  waiting: readonly WaitingMessage[],
  numbers: readonly string[],
): readonly WaitingMessage[] {
  if (numbers.length === 0 || numbers.includes("all")) return waiting;
  return numbers.map((number) => {
    const one = waiting[Number(number) - 1] ?? waiting.find(({ id }) => id === number);
    if (one === undefined) throw new CommandError(`nothing of the number ${number} waits`);
    return one;
  });
}

function lineOf(
  { from = "anonymous", time, size = 0, type = "message", subject }: WaitingMessage,
  place: number,
): string {
  const at = time?.toISOString().slice(0, 16).replace("T", " ") ?? "";
  const about = subject === undefined ? "" : `: ${subject}`;
  return `${place + 1} ${at} ${from}, ${type}, ${size} bytes${about}`;
}
