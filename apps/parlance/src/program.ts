/** Every command that the program knows, with its options; each loads what it needs when it runs. */
import { Command } from "commander";
import { addAdmin } from "./commands/admin/index.ts";
import { addBlock } from "./commands/block.ts";
import { addChat } from "./commands/chat.ts";
import { addConfig } from "./commands/config.ts";
import { addConform } from "./commands/conform.ts";
import { addContacts } from "./commands/contacts.ts";
import { addDeferred } from "./commands/deferred.ts";
import { addDevices } from "./commands/devices.ts";
import { addRooms } from "./commands/directory.ts";
import { addGroups } from "./commands/groups.ts";
import { addExport, addHistory, addSearch } from "./commands/history.ts";
import { examples } from "./commands/options.ts";
import { addProfile } from "./commands/profile.ts";
import { addReceive } from "./commands/receive.ts";
import { addSend } from "./commands/send.ts";
import { addSettings } from "./commands/settings.ts";
import { addStart } from "./commands/start.ts";
import { addTrace } from "./commands/trace.ts";
import { addUsers } from "./commands/users.ts";
import { VERSION } from "./version.ts";

export function parlanceProgram(): Command {
  const program = new Command("parlance")
    .description("An instant-messaging service over SIP and MSRP: server, users and clients.")
    .version(VERSION)
    .showHelpAfterError("(parlance COMMAND --help says more)")
    .addHelpText(
      "after",
      [
        examples(
          "start --local",
          "chat -u sip:alice@parlance.test bob",
          'send -u sip:alice@parlance.test bob "hello"',
          "trace --user alice",
        ),
        "\nExit status: 0 done, 1 refused or failed, 2 wrong usage, 3 not so far in its time (send --wait).\ndocs/command.md lists all commands.",
      ].join("\n"),
    )
    .exitOverride();

  const client = [addChat, addSend, addReceive, addHistory, addSearch, addExport, addDeferred];
  const owner = [addSettings, addBlock, addGroups, addContacts, addProfile, addRooms, addDevices];
  const operator = [addUsers, addTrace, addAdmin, addConfig];
  for (const add of [addStart, ...client, ...owner, ...operator, addConform]) add(program);
  return program;
}
