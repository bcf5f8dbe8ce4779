/** `parlance send`: one message to one address or several, or a file; says what became of it. */
import type { ImClient, SendingState, SendOptions, SentMessage } from "@parlance/client";
import { type Command, Option } from "commander";
import { fullAddress } from "../address.ts";
import { readNames } from "../chat/peers.ts";
import { UsageError } from "../command-error.ts";
import { connectAccount, untilInterrupted, withAccount } from "./account.ts";
import { examples, exitStatus, readTime, TOO_LATE, viaOption } from "./options.ts";
import { joinRooms } from "./rooms.ts";
import { type SendCommand, STAGES } from "./send-options.ts";

const TEXT = "text/plain;charset=UTF-8";
const WAIT_S = 30;

export function addSend(program: Command): void {
  withAccount(program.command("send"))
    .summary("send a message or a file, and say what became of it")
    .description(
      "Send a message to one address, or one to several, or with --file a file to one. " +
        "Names without @ are of your own domain.",
    )
    .usage("[options] <address...> <text>\n       parlance send [options] --file <PATH> <address>")
    .argument("<words...>", "addresses, and last the text; - reads it from standard input")
    .option("--file <PATH>", "send this file; its progress goes to the terminal")
    .addOption(viaOption())
    .addOption(
      new Option("--wait <STAGE>", "return when it has got so far, at all of its receivers")
        .choices(STAGES)
        .default("accepted"),
    )
    .addOption(
      new Option(
        "--timeout <SECONDS>",
        "or when this time is over: 30 for a message; a file takes as long as it takes",
      ).argParser(readTime),
    )
    .option("--subject <TEXT>", "subject of the message")
    .option("--expires <TIME>", "how long it is worth delivering: 90s, 10m, 2h, 2d")
    .option("--anonymous", "hide who sends")
    .option("--join", "the address is a chat room or a group: come in, say it there, and leave")
    .option("--nickname <NAME>", "as whom, with --join")
    .option("--no-receipts", "ask for no receipts")
    .option(
      "--type <TYPE>",
      "media type; default text/plain;charset=UTF-8, of a file what its name says",
    )
    .option(
      "--json",
      "print one JSON object: id, state, recipients, and for failures code and status; of a file name and size",
    )
    .addHelpText(
      "after",
      [
        examples(
          'send -u sip:alice@parlance.test bob "hello"',
          'send -u sip:alice@parlance.test --wait delivered bob carol "to both of you"',
          "send -u sip:alice@parlance.test --file holiday.png bob",
          'send -u sip:alice@parlance.test --join lobby "hello, all of you"',
          "date | parlance send -u sip:alice@parlance.test bob -",
        ).replace("$ parlance date", "$ date"),
        "\nA file is delivered when the other side has said that it has all of it, and sent when it was\n" +
          "uploaded, and announced to somebody who may fetch it later.",
        "\nA message that is deferred is accepted: the server has it, and brings it when its receiver is back. Without\n" +
          "--wait that is enough. What is printed says how far it got.",
        exitStatus(
          "as far as --wait says",
          "refused or failed, at one of them",
          "not so far when the time was over; it may come yet",
        ),
      ].join("\n"),
    )
    .action(send);
}

async function send(words: string[], options: SendCommand): Promise<void> {
  if (options.file !== undefined) {
    const { sendFile } = await import("./send-file.ts");
    return sendFile(words, options.file, options);
  }
  const text = words.at(-1) ?? "";
  const recipients = words.slice(0, -1).flatMap(readNames);
  if (!options.receipts && options.wait !== "accepted") {
    throw new UsageError(
      `send: --wait ${options.wait} needs the receipts that --no-receipts takes away`,
    );
  }
  if (options.nickname !== undefined && !options.join) {
    throw new UsageError("send: --nickname goes with --join");
  }
  if (options.join && recipients.length > 1) throw new UsageError("send: --join takes one address");
  if (recipients.length === 0) throw new UsageError("send: expected an address and a text");
  const content = new TextEncoder().encode(text === "-" ? await readAll(process.stdin) : text);
  const { signal } = untilInterrupted();
  const client = await connectAccount(options, "send", signal);
  try {
    if (options.join) await joinRooms(client, { ...options, join: recipients }, signal);
    const message = submit(client, recipients, content, { ...options, signal });
    await settle(message, options.wait, timeoutOf(options) * 1000);
    await report(message, options);
  } finally {
    for (const room of client.rooms) if (options.join) room.leave();
    await client.close();
  }
}

function submit(
  client: ImClient,
  recipients: readonly string[],
  content: Uint8Array,
  options: SendCommand & { readonly signal: AbortSignal },
): SentMessage {
  const { subject, expires, anonymous, receipts, signal } = options;
  const how: SendOptions = {
    signal,
    ...(receipts ? {} : { receipts: [] }),
    ...(subject === undefined ? {} : { subject }),
    ...(expires === undefined ? {} : { expires }),
    ...(anonymous === undefined ? {} : { anonymous }),
  };
  const to = recipients.map((each) => fullAddress(each, client.address));
  try {
    return client.send(to, { contentType: options.type ?? TEXT, content }, how);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** Returns at that stage, at a failure, or when the time is over; then the state says how far it got. */
async function settle(
  message: SentMessage,
  stage: Exclude<SendingState, "failed">,
  waitMs: number,
): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(() => over.resolve(), waitMs);
  const reached = message.reached(stage).catch(() => undefined); // a failure is told by the state
  await Promise.race([reached, over.promise]);
  clearTimeout(timer);
}

function timeoutOf({ timeout = WAIT_S }: SendCommand): number {
  return timeout;
}

function hasReached(state: SendingState, wanted: SendCommand["wait"]): boolean {
  switch (state) {
    case "displayed":
      return true;
    case "delivered":
      return wanted !== "displayed";
    case "accepted":
    case "deferred":
      return wanted === "accepted";
    default:
      return false;
  }
}

async function report(message: SentMessage, options: SendCommand): Promise<void> {
  const { id, state, recipients, failure } = message;
  const late = state !== "failed" && !hasReached(state, options.wait);
  const failed = recipients.some((one) => one.state === "failed");
  process.exitCode = failed ? 1 : late ? TOO_LATE : 0;
  if (options.json) {
    const { code, status } = failure ?? {};
    process.stdout.write(`${JSON.stringify({ id, state, recipients, code, status })}\n`);
    return;
  }
  const { explainFailure } = await import("../failure.ts");
  const reason = failure === undefined ? "" : `: ${explainFailure(failure)}`;
  const waited = `: not ${options.wait} in ${timeoutOf(options)} s`;
  process.stdout.write(`${state}${late ? waited : reason}\n`);
  if (recipients.length === 1) return;
  for (const { address, state: reached } of recipients) {
    process.stdout.write(`  ${address} ${reached}\n`);
  }
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(Buffer.from(part));
  return Buffer.concat(parts)
    .toString("utf8")
    .replace(/\r?\n$/, "");
}
