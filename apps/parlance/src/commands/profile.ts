/** `parlance profile`: what a user is called. */
import type { OwnProfile } from "@parlance/client";
import type { Command } from "commander";
import { UsageError } from "../command-error.ts";
import { withLogin } from "./account.ts";
import { asOwner, type OwnerOptions, printOwned } from "./as-owner.ts";
import { examples, exitStatus, orElse } from "./options.ts";

const MOST = 64; // characters
const EXIT = exitStatus("done", "no connection, or refused");

export function addProfile(program: Command): void {
  const profile = program
    .command("profile")
    .summary("what you are called")
    .description("The name that others see of you in rooms and groups, unless you take a nickname.")
    .addHelpText("after", examples("profile", 'profile set "Alice Ångström"', "profile clear"));
  orElse(
    withLogin(profile.command("show", { isDefault: true })),
    "profile set NAME, or profile clear",
  )
    .summary("print it")
    .description("Print your address, and what you are called.")
    .option("--json", "print one JSON object")
    .addHelpText("after", EXIT)
    .action(async (options: OwnerOptions) => {
      const own = await asOwner(options, "profile", (client, call) => client.profile.get(call));
      print(own, options);
    });
  withLogin(profile.command("set").alias("name"))
    .summary("change it")
    .description("Be called so from now on, on all of your devices.")
    .argument("<name>", `at most ${MOST} characters`)
    .option("--json", "print one JSON object")
    .addHelpText("after", EXIT)
    .action((name: string, options: OwnerOptions) => {
      if (Array.from(name).length > MOST) throw new UsageError(`the name is longer than ${MOST}`);
      return rename(name, options);
    });
  withLogin(profile.command("clear"))
    .summary("take it away")
    .description("Be called as your account is.")
    .option("--json", "print one JSON object")
    .addHelpText("after", EXIT)
    .action((options: OwnerOptions) => rename(undefined, options));
}

async function rename(displayName: string | undefined, options: OwnerOptions): Promise<void> {
  const own = await asOwner(options, "profile", (client, call) =>
    client.profile.set({ displayName }, call),
  );
  print(own, options);
}

function print(own: OwnProfile, options: OwnerOptions): void {
  printOwned(options, own, `${own.address}  ${own.displayName ?? ""}`.trimEnd());
}
