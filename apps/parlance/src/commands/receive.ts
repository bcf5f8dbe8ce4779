/** `parlance receive`: what comes, line by line, for scripts. */
import type { ImClient, IncomingMessage } from "@parlance/client";
import { type Command, Option } from "commander";
import { plainLine } from "../terminal/plain.ts";
import { type AccountOptions, connectAccount, untilInterrupted, withAccount } from "./account.ts";
import { examples, exitStatus, readCount } from "./options.ts";

interface ReceiveCommand extends AccountOptions {
  readonly json?: boolean;
  readonly count?: number;
  readonly displayed?: boolean;
}

export function addReceive(program: Command): void {
  withAccount(program.command("receive"))
    .summary("print messages as they come, for scripts")
    .description(
      "Print messages and events as they come, one a line, until Ctrl-C. Each message is acknowledged\n" +
        "when it has been printed; what came in before the command started comes first.",
    )
    .option(
      "--json",
      "one JSON object a line; type is ready, message, composing, connection or error",
    )
    .addOption(new Option("--count <N>", "end after so many messages").argParser(readCount))
    .option("--displayed", "tell senders that their messages were seen")
    .addHelpText(
      "after",
      [
        examples(
          "receive -u sip:bob@parlance.test",
          "receive -u sip:bob@parlance.test --json --count 1 | jq .text",
        ),
        exitStatus("ended by Ctrl-C or --count", "no connection, or refused"),
      ].join("\n"),
    )
    .action(receive);
}

async function receive(options: ReceiveCommand): Promise<void> {
  const { signal } = untilInterrupted();
  const client = await connectAccount(options, "receive", signal);
  const print = options.json ? printJson : printText;
  listen(client, print);
  print({ type: "ready", user: client.address });
  let left = options.count ?? Number.POSITIVE_INFINITY;
  try {
    for await (const message of client.messages({ signal })) {
      print(eventOf(message));
      if (options.displayed) await message.displayed();
      left -= 1;
      if (left <= 0) break;
    }
  } finally {
    await client.close();
  }
}

type Event =
  | { readonly type: "ready"; readonly user: string }
  | { readonly type: "connection"; readonly state: string }
  | { readonly type: "composing"; readonly from: string; readonly active: boolean }
  | { readonly type: "error"; readonly reason: string }
  | MessageEvent;

interface MessageEvent extends Pick<IncomingMessage, "id" | "from" | "fromName" | "kind"> {
  readonly type: "message";
  /** The sender, or the group that the message went to. */
  readonly conversation: string;
  readonly at: string;
  readonly subject: string | undefined;
  readonly contentType: string;
  readonly text?: string;
  readonly url?: string;
  readonly sizeBytes?: number | undefined;
  readonly base64?: string;
}

function listen(client: ImClient, print: (event: Event) => void): void {
  client.on("composing", (change) => print({ type: "composing", ...change }));
  client.on("connection", ({ state }) => print({ type: "connection", state }));
  client.on("error", (error) => print({ type: "error", reason: String(error) }));
}

function eventOf(message: IncomingMessage): MessageEvent {
  const { kind, id, from, fromName, conversation, subject, contentType } = message;
  const at = message.at.toISOString();
  const common = { kind, id, from, fromName, conversation, at, subject, contentType };
  switch (message.kind) {
    case "text":
      return { type: "message", ...common, text: message.text };
    case "reference":
      return { type: "message", ...common, url: message.url, sizeBytes: message.sizeBytes };
    case "other":
      return {
        type: "message",
        ...common,
        base64: Buffer.from(message.content).toString("base64"),
      };
  }
}

function printJson(event: Event): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

function printText(event: Event): void {
  process.stdout.write(`${plainLine(textOf(event))}\n`);
}

function textOf(event: Event): string {
  switch (event.type) {
    case "message": {
      const { from, fromName, conversation, text, url, contentType } = event;
      const who = fromName === undefined ? from : `${fromName} <${from}>`;
      const group = conversation === from ? "" : ` in ${conversation}`;
      return `${who}${group}: ${text ?? url ?? `(${contentType})`}`;
    }
    case "composing":
      return `${event.from} ${event.active ? "is writing" : "has stopped writing"}`;
    case "connection":
      return `connection: ${event.state}`;
    case "ready":
      return `listening as ${event.user}`;
    case "error":
      return `error: ${event.reason}`;
  }
}
