/** The parlance command: reads the command line and hands over; each command loads only what it needs. */
import { Command, CommanderError } from "commander";
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
import { exitCodeOf, explainFailure } from "./failure.ts";
import { VERSION } from "./version.ts";

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
      "\nExit status: 0 done, 1 refused or failed, 2 wrong usage.",
    ].join("\n"),
  )
  .exitOverride();

const client = [addChat, addSend, addReceive, addHistory, addSearch, addExport, addDeferred];
const owner = [addSettings, addBlock, addGroups, addContacts, addProfile, addRooms, addDevices];
const operator = [addUsers, addTrace, addAdmin, addConfig];
for (const add of [addStart, ...client, ...owner, ...operator, addConform]) add(program);

// A reader who has seen enough, such as head, is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? 0 : 1);
});

try {
  await program.parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2);
  process.stderr.write(`parlance: ${explainFailure(error)}\n`);
  process.exitCode = exitCodeOf(error);
}
