/** `parlance contacts`: whom a user knows, and what he calls them. */
import type { ContactList } from "@parlance/client";
import type { Command } from "commander";
import { fullAddress } from "../address.ts";
import { CommandError } from "../command-error.ts";
import { withLogin } from "./account.ts";
import { asOwner, type OwnerOptions, printOwned } from "./as-owner.ts";
import { examples, exitStatus, orElse } from "./options.ts";
import { warnUnknown } from "./warn-unknown.ts";

interface ContactCommand extends OwnerOptions {
  readonly list?: string;
  readonly name?: string;
}

const EXIT = exitStatus("done", "no connection, or refused");
const WHO = "a name of your domain, or an address";

export function addContacts(program: Command): void {
  const contacts = program
    .command("contacts")
    .summary("whom you know")
    .description("Your address book at the server: the same for all of your devices.")
    .addHelpText(
      "after",
      examples('contacts add bob --name "Bob from work" --list work', "contacts remove bob"),
    );
  orElse(
    withLogin(contacts.command("list", { isDefault: true })),
    "contacts add ADDRESS, or contacts remove ADDRESS",
  )
    .summary("print your lists")
    .description("Print your lists, and who is in them.")
    .option("--json", "print one JSON array")
    .addHelpText("after", EXIT)
    .action(async (options: OwnerOptions) => {
      print(
        await asOwner(options, "contacts", ({ contacts: own }, call) => own.lists(call)),
        options,
      );
    });
  withLogin(contacts.command("add"))
    .summary("put somebody into a list")
    .description("Put somebody into a list, or call him something else there.")
    .argument("<address>", WHO)
    .option("--name <NAME>", "what you call him")
    .option("--list <LIST>", "which list: contacts where none is named")
    .option("--json", "print all lists as one JSON array")
    .addHelpText("after", EXIT)
    .action(add);
  withLogin(contacts.command("remove"))
    .summary("take somebody out")
    .description("Take somebody out of a list, or out of all of them.")
    .argument("<address>", WHO)
    .option("--list <LIST>", "out of this one alone")
    .option("--json", "print all lists as one JSON array")
    .addHelpText("after", EXIT)
    .action(remove);
}

async function add(typed: string, options: ContactCommand): Promise<void> {
  const { name, list } = options;
  const lists = await asOwner(options, "contacts", async (client, call) => {
    const address = fullAddress(typed, client.address);
    const changed = await client.contacts.add(address, {
      ...call,
      ...(name === undefined ? {} : { name }),
      ...(list === undefined ? {} : { list }),
    });
    await warnUnknown(client, [address], call);
    return changed;
  });
  print(lists, options);
}

async function remove(typed: string, options: ContactCommand): Promise<void> {
  const { list } = options;
  const lists = await asOwner(options, "contacts", async ({ contacts, address: self }, call) => {
    const address = fullAddress(typed, self);
    const there = (await contacts.lists(call)).filter(
      (one) => list === undefined || one.name === list,
    );
    if (!there.some((one) => one.contacts.some((each) => each.address === address))) {
      throw new CommandError(`not in ${list ?? "your lists"}: ${address}`);
    }
    return contacts.remove(address, { ...call, ...(list === undefined ? {} : { list }) });
  });
  print(lists, options);
}

function print(lists: readonly ContactList[], options: OwnerOptions): void {
  const lines = lists.flatMap(({ name, displayName, contacts }) => [
    `${displayName ?? name}:`,
    ...contacts.map((one) => `  ${one.address}  ${one.name ?? ""}`.trimEnd()),
  ]);
  printOwned(options, lists, lines, "no contacts yet");
}
