/** `parlance history`, `search` and `export`: what the server keeps of a user's conversations. */
import type { ExportFormat, History, KeptMessage, SearchHit } from "@parlance/client";
import { type Command, Option } from "commander";
import { fullAddress } from "../address.ts";
import { CommandError, UsageError } from "../command-error.ts";
import { hitText, keptText } from "../history/kept-text.ts";
import { plainLine } from "../terminal/plain.ts";
import {
  imAddress,
  type LoginOptions,
  openAccountHistory,
  untilInterrupted,
  withLogin,
} from "./account.ts";
import { sayNone } from "./as-owner.ts";
import { examples, exitStatus, readCount, withoutName } from "./options.ts";

interface HistoryCommand extends LoginOptions {
  readonly before?: string;
  readonly limit: number;
  readonly json?: boolean;
}

interface SearchCommand extends HistoryCommand {
  readonly in?: string;
}

interface ExportCommand extends LoginOptions {
  readonly format: ExportFormat;
  readonly output?: string;
  readonly with?: string;
}

const USUAL = 50;
const REFUSED = "no connection, or refused";

export function addHistory(program: Command): void {
  const history = program
    .command("history")
    .summary("print what the server keeps of conversations")
    .description(
      "Print messages that the server keeps, the oldest first; without PEER the conversations. The server keeps what " +
        "its operator, or the user in his settings, has turned on (docs/history.md).",
    )
    .addHelpText(
      "after",
      [examples("history bob", "history bob --limit 200 --json"), exitStatus("done", REFUSED)].join(
        "\n",
      ),
    );
  withLogin(withoutName(history, "[peer]"))
    .option("--before <CURSOR>", "what is older; the last line on standard error tells the cursor")
    .addOption(limitOption("messages"))
    .option("--json", "one JSON object a line")
    .action(printHistory);
  withLogin(history.command("remove"))
    .summary("remove a message, or a conversation")
    .description("Remove what the server keeps, for good. Devices keep what they have.")
    .argument("[id]", "of a message, as history --json and search --json tell it")
    .option("--with <PEER>", "the whole conversation with this address")
    .addHelpText(
      "after",
      [examples("history remove --with bob"), exitStatus("removed", "it was not there")].join("\n"),
    )
    .action(remove);
}

export function addSearch(program: Command): void {
  withLogin(program.command("search"))
    .summary("find messages that the server keeps")
    .description(
      "Print messages in which all these words are, or parts of words, in any script; the newest first.",
    )
    .argument("<text...>", "what to look for")
    .option("--in <PEER>", "only in the conversation with this address")
    .option("--before <CURSOR>", "only what is older; --json tells cursors")
    .addOption(limitOption("hits"))
    .option("--json", "one JSON object a line")
    .addHelpText(
      "after",
      [examples("search invoice", "search --in bob 請求書"), exitStatus("done", REFUSED)].join(
        "\n",
      ),
    )
    .action(search);
}

export function addExport(program: Command): void {
  withLogin(program.command("export"))
    .summary("export what the server keeps")
    .description("Write everything that the server keeps of your conversations, the oldest first.")
    .addOption(
      new Option(
        "--format <FORMAT>",
        "json, one a line (jsonl), a table (csv), or a page for readers (html)",
      )
        .choices(["json", "jsonl", "csv", "html"])
        .default("json"),
    )
    .option(
      "-o, --output <FILE>",
      "write to this file, for your eyes alone; without it to standard output",
    )
    .option("--with <PEER>", "only the conversation with this address")
    .addHelpText(
      "after",
      [
        examples("export --format html -o history.html", "export --format jsonl | jq .text"),
        exitStatus("done", REFUSED),
      ].join("\n"),
    )
    .action(exportAll);
}

function limitOption(what: string): Option {
  return new Option("--limit <N>", `so many ${what} at most`).argParser(readCount).default(USUAL);
}

async function printHistory(peer: string | undefined, options: HistoryCommand): Promise<void> {
  const history = await openAccountHistory(options);
  const { signal } = untilInterrupted();
  const self = imAddress(options.user);
  if (peer === undefined) return printConversations(history, options, self, signal);
  const { messages, before } = await older(history, fullAddress(peer, self), options, signal);
  for (const message of messages) print(options.json ? message : keptText(message, self));
  if (messages.length === 0 && !options.json) {
    sayNone(`nothing ${options.before === undefined ? "" : "older "}is kept of ${peer}`);
  }
  tellMore(before);
}

/** The server gives at most two hundred at once. */
async function older(
  history: History,
  address: string,
  { before: from, limit }: HistoryCommand,
  signal: AbortSignal,
): Promise<{ readonly messages: readonly KeptMessage[]; readonly before: string | undefined }> {
  const messages: KeptMessage[] = [];
  let before = from;
  do {
    const page = await history.messages({
      with: address,
      limit: Math.min(limit - messages.length, MOST_AT_ONCE),
      ...(before === undefined ? {} : { before }),
      signal,
    });
    messages.unshift(...page.messages);
    before = page.before;
  } while (before !== undefined && messages.length < limit);
  return { messages, before };
}

const MOST_AT_ONCE = 200;

async function printConversations(
  history: History,
  { before, limit, json }: HistoryCommand,
  self: string,
  signal: AbortSignal,
): Promise<void> {
  const page = await history.conversations({
    limit: Math.min(limit, MOST_AT_ONCE),
    ...(before === undefined ? {} : { before }),
    signal,
  });
  for (const one of page.conversations) {
    const unread = one.unread === 0 ? "" : `, ${one.unread} not read`;
    print(json ? one : `${one.address} (${one.kind}${unread}): ${keptText(one.newest, self)}`);
  }
  if (page.conversations.length === 0 && !json) sayNone("no conversations are kept");
  tellMore(page.before);
}

function tellMore(before: string | undefined): void {
  if (before !== undefined) process.stderr.write(`older: --before ${before}\n`);
}

async function search(words: readonly string[], options: SearchCommand): Promise<void> {
  const history = await openAccountHistory(options);
  const { signal } = untilInterrupted();
  const self = imAddress(options.user);
  const { in: peer, before, limit, json } = options;
  const hits: readonly SearchHit[] = await history.search(words.join(" "), {
    limit: Math.min(limit, MOST_AT_ONCE),
    signal,
    ...(peer === undefined ? {} : { in: fullAddress(peer, self) }),
    ...(before === undefined ? {} : { before }),
  });
  for (const hit of hits) print(json ? hit : hitText(hit, self));
  if (hits.length === 0 && !json) sayNone("nothing found");
}

async function remove(
  id: string | undefined,
  options: LoginOptions & { readonly with?: string },
): Promise<void> {
  if ((id === undefined) === (options.with === undefined)) {
    throw new UsageError("history remove: give the id of a message, or --with PEER");
  }
  const history = await openAccountHistory(options);
  const removed =
    options.with === undefined
      ? await history.remove({ id: id ?? "" })
      : await history.removeConversation(fullAddress(options.with, imAddress(options.user)));
  if (!removed) throw new CommandError("it was not there");
  print("removed");
}

async function exportAll(options: ExportCommand): Promise<void> {
  const history = await openAccountHistory(options);
  const { signal } = untilInterrupted();
  const { format, output, with: peer } = options;
  const of = peer === undefined ? {} : { with: fullAddress(peer, imAddress(options.user)) };
  const stream = await history.export(format, { ...of, signal });
  const { writeStream } = await import("../history/write-stream.ts");
  await writeStream(stream, output);
}

function print(what: object | string): void {
  process.stdout.write(
    `${typeof what === "string" ? plainLine(what) : JSON.stringify(shown(what))}\n`,
  );
}

/** Octets in base64. */
function shown(what: object): object {
  return "content" in what && what.content instanceof Uint8Array
    ? { ...what, content: Buffer.from(what.content).toString("base64") }
    : what;
}
