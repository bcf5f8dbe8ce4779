/** `parlance receive`: messages and files as they come, line by line, for scripts. */
import type { ComposingChange, ImClient, IncomingMessage } from "@parlance/client";
import { type Command, Option } from "commander";
import { UsageError } from "../command-error.ts";
import { plainLine } from "../terminal/plain.ts";
import { type AccountOptions, connectAccount, untilInterrupted, withAccount } from "./account.ts";
import { examples, exitStatus, readBytes, readCount } from "./options.ts";
import type { FileEvent } from "./receive-files.ts";
import { joinRooms, leaveRooms, type RosterEvent, rosterText, watchRoom } from "./rooms.ts";

interface ReceiveCommand extends AccountOptions {
  readonly json?: boolean;
  readonly count?: number;
  readonly displayed?: boolean;
  readonly files?: string;
  readonly maxFile: number;
  readonly join?: readonly string[];
  readonly nickname?: string;
}

/** What a server lets pass by default. */
const MOST_FILE_BYTES = 2 ** 30;

export function addReceive(program: Command): void {
  withAccount(program.command("receive"))
    .summary("print messages and save files as they come, for scripts")
    .description(
      "Print messages and events as they come, one a line, until Ctrl-C. Each message is acknowledged " +
        "when it has been printed; what came in before the command started comes first.",
    )
    .option(
      "--json",
      "one JSON object a line; type is ready, message, file, composing, roster, connection or error",
    )
    .option(
      "--files <FOLDER>",
      "take every file into this folder, under a free name; without it files are refused",
    )
    .addOption(
      new Option("--max-file <SIZE>", "decline larger files")
        .argParser(readBytes)
        .default(MOST_FILE_BYTES, "1 GiB"),
    )
    .addOption(
      new Option("--count <N>", "end after so many messages, and files saved").argParser(readCount),
    )
    .addOption(
      new Option(
        "--join <ROOM>",
        "come into this chat room or group first; may be given again; with --store also the next time",
      ).argParser((room: string, before?: readonly string[]) => [...(before ?? []), room]),
    )
    .option("--nickname <NAME>", "as whom")
    .option("--displayed", "tell senders that their messages were seen")
    .addHelpText(
      "after",
      [
        examples(
          "receive -u sip:bob@parlance.test",
          "receive -u sip:bob@parlance.test --json --count 1 | jq .text",
          "receive -u sip:bob@parlance.test --files inbox --json",
          "receive -u sip:bob@parlance.test --join lobby --json",
        ),
        exitStatus("ended by Ctrl-C or --count", "no connection, or refused"),
      ].join("\n"),
    )
    .action(receive);
}

async function receive(options: ReceiveCommand): Promise<void> {
  if (options.nickname !== undefined && options.join === undefined) {
    throw new UsageError("receive: --nickname goes with --join");
  }
  const ending = untilInterrupted();
  const { signal } = ending;
  const client = await connectAccount(options, "receive", signal);
  const print = options.json ? printJson : printText;
  let left = options.count ?? Number.POSITIVE_INFINITY;
  const done = (): void => {
    left -= 1;
    if (left <= 0) ending.abort();
  };
  listen(client, print);
  let outside: Error | undefined;
  client.on("connection", (now) => {
    if (now.state !== "offline" || now.error === undefined) return;
    outside = now.error; // another password, or signed out: it does not try again
    ending.abort();
  });
  try {
    const fetch = await takeFiles(client, { ...options, signal, print, done });
    await joinRooms(client, options, signal);
    for (const room of client.rooms) watchRoom(room, print);
    client.on("room", (room) => watchRoom(room, print));
    print({ type: "ready", user: client.address });
    for await (const message of client.messages({ signal })) {
      print(eventOf(message));
      if (options.displayed) await message.displayed();
      if (!fetch(message)) done(); // a file counts when it is there
    }
    if (outside !== undefined) throw outside;
  } finally {
    leaveRooms(client, options);
    await client.close();
  }
}

/** Fetches what a message points to; false: it is nothing to be fetched. */
async function takeFiles(
  client: ImClient,
  options: ReceiveCommand & {
    readonly signal: AbortSignal;
    readonly print: (event: Event) => void;
    readonly done: () => void;
  },
): Promise<(message: IncomingMessage) => boolean> {
  const { files: folder, maxFile: mostBytes, signal, print, done } = options;
  if (folder === undefined) return () => false;
  const { receiveFiles } = await import("./receive-files.ts");
  return receiveFiles(client, { folder, mostBytes, signal, print, done });
}

type Event =
  | { readonly type: "ready"; readonly user: string }
  | { readonly type: "connection"; readonly state: string }
  | ({ readonly type: "composing" } & ComposingChange)
  | { readonly type: "error"; readonly reason: string }
  | RosterEvent
  | FileEvent
  | MessageEvent;

interface MessageEvent
  extends Pick<IncomingMessage, "id" | "from" | "fromName" | "kind" | "reach" | "own"> {
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
  const { kind, id, from, fromName, conversation, reach, own, subject, contentType } = message;
  const at = message.at.toISOString();
  const common = { kind, id, from, fromName, conversation, reach, own, at, subject, contentType };
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

/** As `receive` prints it. */
export function printMessage(message: IncomingMessage, json: boolean): void {
  (json ? printJson : printText)(eventOf(message));
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
      const alone = event.reach === "private" ? ", to you alone" : "";
      const group = conversation === from ? "" : ` in ${conversation}${alone}`;
      return `${who}${group}: ${text ?? url ?? `(${contentType})`}`;
    }
    case "file":
      return fileText(event);
    case "composing":
      return `${event.from} ${event.active ? "is writing" : "has stopped writing"}`;
    case "roster":
      return rosterText(event);
    case "connection":
      return `connection: ${event.state}`;
    case "ready":
      return `listening as ${event.user}`;
    case "error":
      return `error: ${event.reason}`;
  }
}

function fileText(event: FileEvent): string {
  const file = `${event.from}: file ${event.name}`;
  switch (event.event) {
    case "offer":
      return `${file}, ${event.contentType}, ${event.sizeBytes ?? "an unknown number of"} bytes`;
    case "progress":
      return `${file}: ${event.doneBytes} of ${event.sizeBytes ?? "?"} bytes`;
    case "done":
      return `${file}: saved as ${event.path}`;
    case "failed":
      return `${file}: failed: ${event.reason}`;
  }
}
