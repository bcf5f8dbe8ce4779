/** `parlance chat`: talk in a terminal, or line by line through a pipe. */
import { createInterface } from "node:readline";
import type { Command } from "commander";
import { type ChatModel, formatState } from "../chat/model.ts";
import { ChatSession } from "../chat/session.ts";
import { type AccountOptions, connectAccount, untilInterrupted, withAccount } from "./account.ts";

export function addChat(program: Command): void {
  withAccount(program.command("chat"))
    .description("Talk to others, with receipts and a line that shows who is writing.")
    .argument("[peer]", "whom to talk to: a name of your domain or an address; several with commas")
    .addHelpText(
      "after",
      "\nInside, /help lists the commands. Without a terminal, lines are read and printed.",
    )
    .action(chat);
}

async function chat(peer: string | undefined, options: AccountOptions): Promise<void> {
  const controller = untilInterrupted();
  const client = await connectAccount(options, "Parlance-chat/0.1", controller.signal);
  const watchers = new Set<(model: ChatModel) => void>();
  const session = new ChatSession(client, peer, (model) => {
    for (const watcher of watchers) watcher(model);
  });
  const watch = (changed: (model: ChatModel) => void): (() => void) => {
    watchers.add(changed);
    return () => watchers.delete(changed);
  };
  try {
    await session.recall();
    if (process.stdin.isTTY && process.stdout.isTTY) {
      const { showChat } = await import("../chat/screen.ts");
      await showChat({ session, watch });
    } else {
      await chatByLines(session, watch, controller.signal);
    }
  } finally {
    await client.close();
  }
}

/** Prints each new line once, and each later state of an own one. */
async function chatByLines(
  session: ChatSession,
  watch: (changed: (model: ChatModel) => void) => () => void,
  signal: AbortSignal,
): Promise<void> {
  const printed = new Map<string, string>();
  const print = (model: ChatModel): void => {
    for (const { id, who, text, state, kind } of model.lines) {
      const line = kind === "notice" ? text : `${who}: ${text}  ${formatState(state)}`.trimEnd();
      if (printed.get(id) === line) continue;
      printed.set(id, line);
      process.stdout.write(`${line}\n`);
    }
  };
  print(session.model);
  const unwatch = watch(print);
  const lines = createInterface({ input: process.stdin, signal });
  for await (const line of lines) {
    if (!(await session.typed(line))) break;
  }
  unwatch();
}
