/** `parlance send`: one message to one address or several; says what became of it. */
import type { ImError, SendingState, SentMessage } from "@parlance/client";
import type { Command } from "commander";
import { explainFailure, UsageError } from "../failure.ts";
import { type AccountOptions, connectAccount, untilInterrupted, withAccount } from "./account.ts";

interface SendCommand extends AccountOptions {
  readonly wait: string;
  readonly timeout: string;
  readonly subject?: string;
  readonly expires?: string;
  readonly anonymous?: boolean;
  readonly receipts: boolean;
  readonly type?: string;
  readonly json?: boolean;
}

const STAGES = ["accepted", "delivered", "displayed"] as const;

export function addSend(program: Command): void {
  withAccount(program.command("send"))
    .description("Send a message. The last argument is the text, - reads it from standard input.")
    .argument("<words...>", "ADDRESS [ADDRESS…] TEXT")
    .option("--wait <STAGE>", "accepted, delivered or displayed", "accepted")
    .option("--timeout <SECONDS>", "how long to wait for that", "30")
    .option("--subject <TEXT>", "subject of the message")
    .option("--expires <TIME>", "how long it is worth delivering: 90s, 10m, 2h, 2d")
    .option("--anonymous", "hide who sends")
    .option("--no-receipts", "ask for no receipts")
    .option("--type <TYPE>", "media type of the text", "text/plain;charset=UTF-8")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      "\nExit status: 0 accepted or deferred, 1 refused or failed, 2 wrong usage.",
    )
    .action(send);
}

async function send(words: string[], options: SendCommand): Promise<void> {
  const text = words.at(-1) ?? "";
  const recipients = words.slice(0, -1);
  if (recipients.length === 0) throw new UsageError("send: expected ADDRESS and TEXT");
  const stage = STAGES.find((each) => each === options.wait);
  if (stage === undefined) throw new UsageError(`--wait: one of ${STAGES.join(", ")}`);
  const { signal } = untilInterrupted();
  const client = await connectAccount(options, "Parlance-send/0.1", signal);
  try {
    const content = new TextEncoder().encode(text === "-" ? await readAll(process.stdin) : text);
    const message = client.send(
      recipients,
      { contentType: options.type ?? "text/plain;charset=UTF-8", content },
      {
        signal,
        ...(options.receipts ? {} : { receipts: [] }),
        ...(options.subject === undefined ? {} : { subject: options.subject }),
        ...(options.expires === undefined ? {} : { expires: options.expires }),
        ...(options.anonymous === undefined ? {} : { anonymous: options.anonymous }),
      },
    );
    await settle(message, stage, Number(options.timeout) * 1000);
    report(message, options);
  } finally {
    await client.close();
  }
}

/** Returns at that stage, at a failure, or when the time is over; then the state says how far it got. */
async function settle(
  message: SentMessage,
  stage: Exclude<SendingState, "failed">,
  waitMs: number,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, waitMs);
  });
  await Promise.race([message.reached(stage).catch(() => {}), over]);
  clearTimeout(timer);
}

function report(message: SentMessage, { json }: SendCommand): void {
  const { id, state, recipients } = message;
  const failure: ImError | undefined = message.failure;
  if (json) {
    const { code, status } = failure ?? {};
    process.stdout.write(`${JSON.stringify({ id, state, recipients, code, status })}\n`);
  } else {
    const reason = failure === undefined ? "" : `: ${explainFailure(failure)}`;
    process.stdout.write(`${state}${reason}\n`);
  }
  const reached = state !== "failed" && state !== "queued" && state !== "sent";
  process.exitCode = reached ? 0 : 1;
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString("utf8").replace(/\n$/, "");
}
