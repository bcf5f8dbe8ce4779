/** `parlance block`: whom the server refuses in the name of a user. */
import type { Command } from "commander";
import { fullAddress } from "../address.ts";
import { CommandError } from "../command-error.ts";
import { withLogin } from "./account.ts";
import { asOwner, type OwnerOptions, printOwned } from "./as-owner.ts";
import { examples, exitStatus, withoutName } from "./options.ts";
import { warnUnknown } from "./warn-unknown.ts";

const WHO = "names of your domain, or addresses";
const EXIT = exitStatus("done", "no connection, or refused");

export function addBlock(program: Command): void {
  const block = program
    .command("block")
    .summary("whom you do not want to hear from")
    .description(
      "Whom the server refuses in your name: nothing of them comes, on none of your devices. They are in your access " +
        "rules; what else these say stays (docs/documents.md). Addresses alone block them, nothing at all prints whom.",
    )
    .addHelpText("after", examples("block", "block bob spam@else.example", "unblock bob"));
  withAddresses(withoutName(block, "[addresses...]")).action(
    (typed: readonly string[], options: OwnerOptions) =>
      typed.length === 0 ? list(options) : add(typed, options),
  );
  withLogin(block.command("list"))
    .summary("print whom")
    .description("Print their addresses, one a line.")
    .option("--json", "print one JSON array")
    .addHelpText("after", EXIT)
    .action(list);
  withAddresses(block.command("add").argument("<addresses...>", WHO))
    .summary("block somebody")
    .description("Block these from now on.")
    .addHelpText("after", EXIT)
    .action(add);
  letIn(block.command("remove").summary("let somebody in again"));
  letIn(program.command("unblock").summary("let somebody in again whom you blocked"));
}

function letIn(command: Command): void {
  withAddresses(command.argument("<addresses...>", WHO))
    .description("Let these in again.")
    .addHelpText("after", exitStatus("done", "no connection, refused, or one was not blocked"))
    .action(remove);
}

function withAddresses(command: Command): Command {
  return withLogin(command).option("--json", "print all who are blocked then, as one JSON array");
}

async function list(options: OwnerOptions): Promise<void> {
  const blocked = await asOwner(options, "block", (client, call) => client.blocked.list(call));
  printOwned(options, blocked, blocked, "nobody is blocked");
}

async function add(typed: readonly string[], options: OwnerOptions): Promise<void> {
  const blocked = await asOwner(options, "block", async (client, call) => {
    const addresses = typed.map((one) => fullAddress(one, client.address));
    for (const one of addresses) await client.blocked.add(one, call);
    await warnUnknown(client, addresses, call);
    return client.blocked.list(call);
  });
  printOwned(options, blocked, options.json ? [] : "blocked");
}

async function remove(typed: readonly string[], options: OwnerOptions): Promise<void> {
  const { blocked, missing } = await asOwner(options, "block", async (client, call) => {
    const not: string[] = [];
    for (const one of typed) {
      const address = fullAddress(one, client.address);
      if (!(await client.blocked.remove(address, call))) not.push(address);
    }
    return { blocked: await client.blocked.list(call), missing: not };
  });
  if (missing.length > 0) throw new CommandError(`not blocked: ${missing.join(", ")}`);
  printOwned(options, blocked, "removed");
}
