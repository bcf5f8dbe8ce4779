/** The chat without a screen: what is typed comes in line by line, each new line and receipt is printed once. */
import { createInterface } from "node:readline";
import { type ChatLine, type ChatModel, formatState, formatWho, printedState } from "./model.ts";
import type { ChatSession } from "./session.ts";

/** Resolves when the input ends, the user leaves, or the signal says so. */
export async function chatByLines(session: ChatSession, signal: AbortSignal): Promise<void> {
  const printed = new Map<string, string>();
  const print = (model: ChatModel): void => {
    for (const line of model.lines) {
      const state = printedState(line);
      if (printed.get(line.id) === state) continue;
      printed.set(line.id, state);
      process.stdout.write(`${lineText(line, model)}\n`);
    }
    const shown = new Set(model.lines.map(({ id }) => id));
    for (const id of printed.keys()) if (!shown.has(id)) printed.delete(id);
  };
  print(session.model);
  const unwatch = session.watch(print);
  try {
    for await (const line of createInterface({ input: process.stdin, signal })) {
      if (!(await session.typed(line))) break;
    }
  } finally {
    unwatch();
    process.stdin.destroy(); // else whoever holds the other end keeps this process from ending
  }
}

/** The lines of one message are kept together by a space before all but the first. */
function lineText(line: ChatLine, model: ChatModel): string {
  if (line.kind === "notice") return line.text;
  const text = line.text.replaceAll("\n", "\n ");
  return `${formatWho(line, model)}: ${text}  ${formatState(line)}`.trimEnd();
}
