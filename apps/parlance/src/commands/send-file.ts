/** `parlance send --file`: one file to one address, with its progress, and what became of it. */
import type { ImClient, SentFile } from "@parlance/client";
import { fullAddress } from "../address.ts";
import { UsageError } from "../command-error.ts";
import { explainFailure } from "../failure.ts";
import { type FileView, formatFile, formatFileState } from "../files/file-view.ts";
import { type OpenFile, openFile } from "../files/open-file.ts";
import { watchFile } from "../files/watch-file.ts";
import { connectAccount, untilInterrupted } from "./account.ts";
import { TOO_LATE } from "./options.ts";
import type { SendCommand } from "./send-options.ts";

export async function sendFile(
  words: readonly string[],
  path: string,
  options: SendCommand,
): Promise<void> {
  const [to, ...others] = words;
  if (to === undefined || others.length > 0) {
    throw new UsageError("send --file: expected one address");
  }
  if (options.anonymous || options.expires !== undefined) {
    throw new UsageError("send --file: neither --anonymous nor --expires holds for a file");
  }
  const open = await openFile(path, options.type);
  const interrupted = untilInterrupted();
  const client = await connectAccount(options, "send", interrupted.signal);
  const line = new ProgressLine();
  const time = { isOver: false };
  const late =
    options.timeout === undefined ? undefined : after(options.timeout, interrupted, time);
  try {
    const file = submit(client, to, open, { ...options, signal: interrupted.signal });
    watchFile(file, undefined, (view) => line.show(view));
    await ended(file, options);
    line.clear();
    report(file, options, time.isOver);
  } finally {
    clearTimeout(late);
    line.clear();
    await client.close();
  }
}

function after(
  seconds: number,
  controller: AbortController,
  time: { isOver: boolean },
): NodeJS.Timeout {
  return setTimeout(() => {
    time.isOver = true;
    controller.abort();
  }, seconds * 1_000);
}

function submit(
  client: ImClient,
  to: string,
  { content, name, type }: OpenFile,
  { via, subject, signal }: SendCommand & { readonly signal: AbortSignal },
): SentFile {
  const how = { name, type, via, signal, ...(subject === undefined ? {} : { subject }) };
  try {
    return client.conversation(fullAddress(to, client.address)).sendFile(content, how);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** Nothing more is to be waited for. */
function ended(file: SentFile, { wait }: SendCommand): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (wait !== "accepted") return;
      if (file.state === "deferred" || (file.via === "http" && isOnServer(file.state))) resolve();
    };
    file.on("state", look);
    look();
    // It has been delivered, has failed, or nobody will say more of it.
    file.delivered.then(
      () => resolve(),
      () => resolve(),
    );
  });
}

function report(file: SentFile, { wait, json, timeout }: SendCommand, isOver: boolean): void {
  const { id, name, sizeBytes, via, state, failure } = file;
  const arrived = state === "delivered" || (isOnServer(state) && wait === "accepted");
  const late = isOver || isOnServer(state);
  process.exitCode = arrived ? 0 : late ? TOO_LATE : 1;
  if (json) {
    const { code, status } = failure ?? {};
    process.stdout.write(`${JSON.stringify({ id, name, sizeBytes, via, state, code, status })}\n`);
    return;
  }
  const waited = isOver && !arrived ? `, not ${wait} in ${timeout} s` : "";
  process.stdout.write(`${inWords(file)}${waited}\n`);
}

/** Nothing more may come of it before the other side is there. */
function isOnServer(state: SentFile["state"]): boolean {
  return state === "sent" || state === "deferred";
}

function inWords({ state, via, failure }: SentFile): string {
  if (failure !== undefined) return `failed: ${explainFailure(failure)}`;
  if (state === "deferred") {
    return `deferred: it is on the server until the other side ${via === "http" ? "fetches it" : "is back"}`;
  }
  if (state !== "sent") return state;
  return via === "http"
    ? "sent: it is on the server, to be fetched"
    : "sent: the other side has not said that it has it";
}

/** One line of a terminal, drawn over and over; nothing where there is no terminal. */
class ProgressLine {
  readonly #shown = process.stderr.isTTY;
  #over = false;

  show(view: FileView): void {
    if (!this.#shown || this.#over) return;
    const text = `${formatFile(view)}  ${formatFileState(view)}`;
    const room = (process.stderr.columns ?? 80) - 1;
    process.stderr.write(`\r\u001b[K${Array.from(text).slice(0, room).join("")}`);
  }

  clear(): void {
    if (this.#shown && !this.#over) process.stderr.write("\r\u001b[K");
    this.#over = true;
  }
}
