/** `parlance settings`: what may reach a user, and what the server does for him meanwhile. */
import type { ServiceSettings } from "@parlance/client";
import type { Command } from "commander";
import { UsageError } from "../command-error.ts";
import { withLogin } from "./account.ts";
import { asOwner, type OwnerOptions, printOwned } from "./as-owner.ts";
import { examples, exitStatus, withoutName } from "./options.ts";
import { readChanges, settingLines, settingsHelp } from "./setting-words.ts";

const EXIT = exitStatus("done", "no connection, or refused");

export function addSettings(program: Command): void {
  const settings = program
    .command("settings")
    .summary("what may reach you, and what is kept")
    .description(
      "What may reach you, whether you are seen, and what the server keeps (docs/settings.md). KEY=VALUE alone sets, nothing " +
        "at all prints what holds.",
    )
    .addHelpText(
      "after",
      [
        `\nSettings, each on or off:\n${settingsHelp().join("\n")}`,
        examples("settings", "settings bar-messages=on visible=off"),
      ].join("\n"),
    );
  withLogin(withoutName(settings, "[KEY=VALUE...]"))
    .option("--json", "print one JSON object")
    .action((words: readonly string[], options: OwnerOptions) =>
      words.length === 0 ? get(options) : set(words, options),
    );
  withLogin(settings.command("get"))
    .summary("print what holds")
    .description("Print what holds for you, whichever of your devices has set it.")
    .option("--json", "print one JSON object")
    .addHelpText("after", EXIT)
    .action(get);
  withLogin(settings.command("set"))
    .summary("change settings")
    .description(
      "Change settings for all of your devices, and print what holds then. Barring and being invisible end after " +
        "a week, unless they are set again; the others stay.",
    )
    .argument("<changes...>", "KEY=VALUE: settings that are named, on or off")
    .option("--json", "print one JSON object")
    .addHelpText("after", EXIT)
    .action(set);
}

async function get(options: OwnerOptions): Promise<void> {
  const holds = await asOwner(options, "settings", (client, call) => client.settings.get(call));
  print(holds, options);
}

async function set(words: readonly string[], options: OwnerOptions): Promise<void> {
  const changes = readChanges(words);
  if (typeof changes === "string") throw new UsageError(changes);
  const holds = await asOwner(options, "settings", (client, call) =>
    client.settings.set(changes, call),
  );
  print(holds, options);
}

function print(holds: ServiceSettings, options: OwnerOptions): void {
  printOwned(options, holds, settingLines(holds));
}
