/** `parlance chat`: talk in a terminal, or line by line through a pipe. */
import type { Command } from "commander";
import { type AccountOptions, connectAccount, untilInterrupted, withAccount } from "./account.ts";
import { examples, exitStatus, viaOption } from "./options.ts";
import { leaveRooms } from "./rooms.ts";

interface ChatCommand extends AccountOptions {
  readonly via: "auto" | "session" | "http";
}

export function addChat(program: Command): void {
  withAccount(program.command("chat"))
    .summary("talk in the terminal, with receipts and files")
    .description(
      "Talk to others: receipts beside each line, a line that shows who is writing, and files. " +
        "Inside, /help lists the commands. Without a terminal, lines are read and printed.",
    )
    .argument("[peer]", "whom to talk to: a name of your domain or an address; several with commas")
    .addOption(viaOption())
    .addHelpText(
      "after",
      [
        examples(
          "chat -u sip:alice@parlance.test bob",
          "chat -u sip:alice@parlance.test --store alice.db team",
        ),
        "\nReceipts: … on its way, ✓ accepted, ⏸ deferred, ✓✓ delivered, ✓✓ seen, ✗ failed.",
        exitStatus("left by /quit, Ctrl-C or Ctrl-D", "no connection, or refused"),
      ].join("\n"),
    )
    .action(chat);
}

async function chat(peer: string | undefined, options: ChatCommand): Promise<void> {
  const { signal } = untilInterrupted();
  const client = await connectAccount(options, "chat", signal);
  const { ChatSession } = await import("../chat/session.ts");
  const session = new ChatSession(client, peer, options.via);
  let unsentFiles = 0;
  try {
    await session.begin();
    if (hasScreen()) {
      const { showChat } = await import("../chat/screen.ts");
      await showChat(session, signal);
    } else {
      const { chatByLines } = await import("../chat/lines.ts");
      await chatByLines(session, signal);
    }
  } finally {
    unsentFiles = session.unsentFiles; // those that are given up now
    leaveRooms(client, options);
    await client.close();
  }
  if (unsentFiles > 0) process.stderr.write(`files that did not arrive: ${unsentFiles}\n`);
  if (session.unsent > 0) {
    process.stderr.write(
      `${session.unsent} not sent${options.store ? ", kept for the next time" : ""}\n`,
    );
  }
}

/** One that can move its cursor. */
function hasScreen(): boolean {
  return process.stdin.isTTY && process.stdout.isTTY && process.env["TERM"] !== "dumb";
}
