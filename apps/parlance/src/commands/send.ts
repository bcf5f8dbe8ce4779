/** `parlance send`: one message to one address or several; says what became of it. */
import type { ImClient, SendingState, SendOptions, SentMessage } from "@parlance/client";
import { type Command, Option } from "commander";
import { fullAddress } from "../address.ts";
import { UsageError } from "../command-error.ts";
import { type AccountOptions, connectAccount, untilInterrupted, withAccount } from "./account.ts";
import { examples, exitStatus, readTime } from "./options.ts";

const STAGES = ["accepted", "delivered", "displayed"] as const;

interface SendCommand extends AccountOptions {
  readonly wait: (typeof STAGES)[number];
  readonly timeout: number;
  readonly subject?: string;
  readonly expires?: string;
  readonly anonymous?: boolean;
  readonly receipts: boolean;
  readonly type: string;
  readonly json?: boolean;
}

export function addSend(program: Command): void {
  withAccount(program.command("send"))
    .summary("send a message and say what became of it")
    .description(
      "Send a message to one address, or one to several. Names without @ are of your own domain.",
    )
    .usage("[options] <address...> <text>")
    .argument("<words...>", "addresses, and last the text; - reads it from standard input")
    .addOption(
      new Option("--wait <STAGE>", "return when the message has got so far")
        .choices(STAGES)
        .default("accepted"),
    )
    .addOption(
      new Option("--timeout <SECONDS>", "or when this time is over")
        .default(30)
        .argParser(readTime),
    )
    .option("--subject <TEXT>", "subject of the message")
    .option("--expires <TIME>", "how long it is worth delivering: 90s, 10m, 2h, 2d")
    .option("--anonymous", "hide who sends")
    .option("--no-receipts", "ask for no receipts")
    .option("--type <TYPE>", "media type of the text", "text/plain;charset=UTF-8")
    .option(
      "--json",
      "print one JSON object: id, state, recipients, and for failures code and status",
    )
    .addHelpText(
      "after",
      [
        examples(
          'send -u sip:alice@parlance.test bob "hello"',
          'send -u sip:alice@parlance.test --wait delivered bob carol "to both of you"',
          "date | parlance send -u sip:alice@parlance.test bob -",
        ).replace("$ parlance date", "$ date"),
        exitStatus("accepted, deferred, delivered or displayed", "refused or failed"),
      ].join("\n"),
    )
    .action(send);
}

async function send(words: string[], options: SendCommand): Promise<void> {
  const text = words.at(-1) ?? "";
  const recipients = words.slice(0, -1);
  if (recipients.length === 0) throw new UsageError("send: expected an address and a text");
  const content = new TextEncoder().encode(text === "-" ? await readAll(process.stdin) : text);
  const { signal } = untilInterrupted();
  const client = await connectAccount(options, "send", signal);
  try {
    const message = submit(client, recipients, content, { ...options, signal });
    await settle(message, options.wait, options.timeout * 1000);
    await report(message, options);
  } finally {
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
    return client.send(to, { contentType: options.type, content }, how);
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

async function report(message: SentMessage, { json, timeout }: SendCommand): Promise<void> {
  const { id, state, recipients, failure } = message;
  const underWay = state === "queued" || state === "sent";
  process.exitCode = state === "failed" || underWay ? 1 : 0;
  if (json) {
    const { code, status } = failure ?? {};
    process.stdout.write(`${JSON.stringify({ id, state, recipients, code, status })}\n`);
    return;
  }
  const { explainFailure } = await import("../failure.ts");
  const reason = failure === undefined ? "" : `: ${explainFailure(failure)}`;
  process.stdout.write(`${state}${underWay ? `: no answer in ${timeout} s` : reason}\n`);
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
