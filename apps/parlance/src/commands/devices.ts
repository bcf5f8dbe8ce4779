/** `parlance devices`: where a user is registered, and the end of it. */
import type { OwnDevice } from "@parlance/client";
import type { Command } from "commander";
import { CommandError } from "../command-error.ts";
import { withLogin } from "./account.ts";
import { asOwner, type OwnerOptions, printOwned } from "./as-owner.ts";
import { examples, exitStatus, orElse } from "./options.ts";

const EXIT = exitStatus("done", "no connection, or refused");

export function addDevices(program: Command): void {
  const devices = program
    .command("devices")
    .summary("where you are signed in")
    .description("Your devices that are registered at the server now.")
    .addHelpText("after", examples("devices", "devices sign-out 3f2a9c01d4e5b6a798c0ffee"));
  orElse(withLogin(devices.command("list", { isDefault: true })), "devices sign-out ID")
    .summary("print them")
    .description("Print your devices, the one seen last first.")
    .option("--json", "print one JSON array")
    .addHelpText("after", EXIT)
    .action(async (options: OwnerOptions) => {
      const found = await asOwner(options, "devices", (client, call) => client.devices.list(call));
      printOwned(options, found, found.map(lineOf), "no devices");
    });
  withLogin(devices.command("sign-out"))
    .summary("sign one out")
    .description(
      "End the registration and the connection of a device. It has to be signed in by hand again; only a new password keeps out who knows the old one.",
    )
    .argument("<id>", "as the list has it")
    .addHelpText("after", EXIT)
    .action(async (id: string, options: OwnerOptions) => {
      await asOwner(options, "devices", (client, call) =>
        client.devices.signOut({ id }, call),
      ).catch((error: Error) => {
        const isGone = "status" in error && error.status === 404;
        throw isGone ? new CommandError(`no device of yours: ${id}`, { cause: error }) : error;
      });
    });
}

/** `3f2a9c01d4e5b6a798c0ffee  2026-11-01T08:00:00.000Z  Firefox, Linux` */
function lineOf({ id, name = "", seenAt, asleep }: OwnDevice): string {
  return `${id}  ${seenAt.toISOString()}${asleep ? "  asleep" : ""}  ${name}`.trimEnd();
}
