/** Commands about what a user owns: they ask the server, and are no device that others find or that anything is brought to. */
import type { ImClient } from "@parlance/client";
import { CommandError, UsageError } from "../command-error.ts";
import { explainFailure } from "../failure.ts";
import { plainLine } from "../terminal/plain.ts";
import { connectAccount, type LoginOptions, untilInterrupted } from "./account.ts";
import { NO_FILE_SERVER } from "./place.ts";

export interface OwnerOptions extends LoginOptions {
  readonly json?: boolean;
}

export interface OwnerCall {
  readonly signal: AbortSignal;
}

const WAIT_MS = 30_000;

/** Connected for as long as the work takes, half a minute at most. */
export async function asOwner<T>(
  options: OwnerOptions,
  command: string,
  work: (client: ImClient, call: OwnerCall) => Promise<T>,
): Promise<T> {
  const late = AbortSignal.timeout(WAIT_MS);
  const signal = AbortSignal.any([untilInterrupted().signal, late]);
  try {
    const client = await connectAccount(options, command, signal, { registrationSeconds: 0 });
    try {
      return await work(client, { signal });
    } finally {
      await client.close();
    }
  } catch (error) {
    throw toldAs(error, late.aborted);
  }
}

function toldAs(error: unknown, late: boolean): unknown {
  if (error instanceof Error && error.name === "FormatError") {
    return new UsageError(`not an address: ${explainFailure(error)}`, { cause: error });
  }
  if (!(error instanceof Error) || !("code" in error)) return error;
  if (late && error.code === "aborted") {
    return new CommandError("timeout: the server does not answer", { cause: error });
  }
  const nowhere =
    error.code === "not supported" && /set (?:documents|fileServer)$/.test(error.message);
  return nowhere ? new UsageError(NO_FILE_SERVER) : error;
}

/** Lines for people, or with --json one value; `none` is said on standard error where there are no lines. */
export function printOwned(
  { json }: OwnerOptions,
  value: unknown,
  lines: readonly string[] | string,
  none?: string,
): void {
  if (json !== true && lines.length === 0 && none !== undefined) return sayNone(none);
  const told = json === true ? [JSON.stringify(value)] : [lines].flat().map(plainLine);
  process.stdout.write(told.map((line) => `${line}\n`).join(""));
}

/** To people: what would be printed is nothing. */
export function sayNone(words: string): void {
  process.stderr.write(`${words}\n`);
}
