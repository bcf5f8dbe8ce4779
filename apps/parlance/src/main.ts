/** The parlance command: reads the command line and hands over; each command loads only what it needs. */
import { Command, CommanderError } from "commander";
import { addChat } from "./commands/chat.ts";
import { addConfig } from "./commands/config.ts";
import { addReceive } from "./commands/receive.ts";
import { addSend } from "./commands/send.ts";
import { addStart } from "./commands/start.ts";
import { addTrace } from "./commands/trace.ts";
import { addUsers } from "./commands/users.ts";
import { explainFailure } from "./failure.ts";

const program = new Command("parlance")
  .description("An instant-messaging service over SIP and MSRP: server, users and clients.")
  .version("0.1.0")
  .showHelpAfterError("(parlance COMMAND --help says more)")
  .exitOverride();

for (const add of [addStart, addSend, addReceive, addChat, addUsers, addConfig, addTrace]) {
  add(program);
}

try {
  await program.parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2);
  process.stderr.write(`parlance: ${explainFailure(error)}\n`);
  process.exitCode = 1;
}
