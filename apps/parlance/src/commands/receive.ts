/** `parlance receive`: what comes, line by line, for scripts. */
import type { ImClient, IncomingMessage } from "@parlance/client";
import type { Command } from "commander";
import { type AccountOptions, connectAccount, untilInterrupted, withAccount } from "./account.ts";

interface ReceiveCommand extends AccountOptions {
  readonly json?: boolean;
  readonly count?: string;
  readonly displayed?: boolean;
}

export function addReceive(program: Command): void {
  withAccount(program.command("receive"))
    .description("Print messages and events as they come, until Ctrl-C.")
    .option("--json", "one JSON object a line: message, composing, connection, ready")
    .option("--count <N>", "end after so many messages")
    .option("--displayed", "tell senders that their messages were seen")
    .action(receive);
}

async function receive(options: ReceiveCommand): Promise<void> {
  const controller = untilInterrupted();
  const client = await connectAccount(options, "Parlance-receive/0.1", controller.signal);
  const print = options.json ? printJson : printText;
  listen(client, print);
  print({ type: "ready", user: client.address });
  let left = options.count === undefined ? Number.POSITIVE_INFINITY : Number(options.count);
  for await (const message of client.messages({ signal: controller.signal })) {
    print(eventOf(message));
    if (options.displayed) await message.displayed();
    left -= 1;
    if (left <= 0) break;
  }
  await client.close();
}

type Event = { readonly type: string } & Readonly<Record<string, unknown>>;

function listen(client: ImClient, print: (event: Event) => void): void {
  client.on("composing", (change) => print({ type: "composing", ...change }));
  client.on("connection", ({ state }) => print({ type: "connection", state }));
  client.on("error", (error) => print({ type: "error", reason: String(error) }));
}

function eventOf(message: IncomingMessage): Event {
  const { kind, id, from, fromName, conversation, at, subject, contentType } = message;
  const common = { id, from, fromName, conversation, at: at.toISOString(), subject, contentType };
  switch (kind) {
    case "text":
      return { type: "message", kind, ...common, text: message.text };
    case "reference":
      return { type: "message", kind, ...common, url: message.url, sizeBytes: message.sizeBytes };
    case "other":
      return {
        type: "message",
        kind,
        ...common,
        base64: Buffer.from(message.content).toString("base64"),
      };
  }
}

function printJson(event: Event): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

function printText(event: Event): void {
  const { type, from, text, url, state, active, user } = event;
  const lines = new Map([
    ["message", `${from}: ${plain(text ?? url ?? "(content)")}`],
    ["composing", `${from} ${active ? "is writing" : "has stopped writing"}`],
    ["connection", `connection: ${state}`],
    ["ready", `listening as ${user}`],
  ]);
  process.stdout.write(`${lines.get(type) ?? JSON.stringify(event)}\n`);
}

/** What others write must not steer the terminal. */
export function plain(text: unknown): string {
  return String(text).replaceAll(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (each) =>
    each === "\n" || each === "\t" ? each : "\ufffd",
  );
}
