/** Options that every client command shares: who, with which password, at which server. */
import { hostname } from "node:os";
import type { ConnectOptions, History, ImClient, Trace } from "@parlance/client";
import { type Command, Option } from "commander";
import { UsageError } from "../command-error.ts";
import { explainFileFault } from "../files/file-fault.ts";
import { knownServices } from "../service/known-services.ts";
import { VERSION } from "../version.ts";
import { withAuthority } from "./authority.ts";
import { readHttpUrl } from "./options.ts";
import { LOCAL_SERVICE, NO_FILE_SERVER, type Place, placeFor } from "./place.ts";

export interface LoginOptions {
  readonly user: string;
  readonly password?: string;
  readonly server?: string;
  readonly fileServer?: string;
}

export interface AccountOptions extends LoginOptions {
  readonly displayName?: string;
  readonly store?: string;
  readonly trace?: string;
}

/** Who it is, and where. */
export function withLogin(command: Command): Command {
  return withAuthority(command)
    .addOption(
      new Option("-u, --user <ADDRESS>", "IM Address, such as sip:alice@parlance.test")
        .env("PARLANCE_USER")
        .makeOptionMandatory(),
    )
    .addOption(
      new Option(
        "-p, --password <PASSWORD>",
        "its password; asked for when absent, and the environment keeps it out of process lists",
      ).env("PARLANCE_PASSWORD"),
    )
    .addOption(
      new Option(
        "-s, --server <URL>",
        `udp:, tcp:, tls:, ws: or wss://HOST[:PORT]; dns asks DNS (default: the server of ./data, the one of the domain that runs here, or ${LOCAL_SERVICE})`,
      ).env("PARLANCE_SERVER"),
    )
    .addOption(
      new Option(
        "--file-server <URL>",
        "where the server keeps files, history and documents; known for ws: and wss:, and for servers that run here",
      )
        .env("PARLANCE_FILE_SERVER")
        .argParser(readHttpUrl),
    );
}

export function withAccount(command: Command): Command {
  return withLogin(command)
    .option("--display-name <NAME>", "shown to others")
    .option("--store <FILE>", "keep messages, outbox and receipts in this SQLite file")
    .option(
      "--trace <FILE>",
      "write every message of SIP and MSRP to this file, without credentials; - is standard error",
    );
}

/** What is kept of the account, without being another device of it. */
export async function openAccountHistory(options: LoginOptions): Promise<History> {
  const { openHistory } = await import("@parlance/client/node");
  const user = imAddress(options.user);
  const { server, fileServer } = placeOf(options, user);
  const history = openHistory({
    user,
    password: options.password ?? (await ask(user)),
    ...(server === "dns" ? {} : { server }),
    ...(fileServer === undefined ? {} : { fileServer }),
  });
  if (!history.available) throw new UsageError(NO_FILE_SERVER);
  return history;
}

/** Connected and registered. Rejects with UsageError for wrong options, ImError when it does not work out. */
export async function connectAccount(
  options: AccountOptions,
  command: string,
  signal?: AbortSignal,
  more: Pick<ConnectOptions, "registrationSeconds"> = {},
): Promise<ImClient> {
  const { connect, openStore } = await import("@parlance/client/node");
  const user = imAddress(options.user);
  const password = options.password ?? (await ask(user));
  const { displayName, store } = options;
  const { server, fileServer } = placeOf(options, user);
  const trace = options.trace === undefined ? undefined : await traceInto(options.trace);
  try {
    return await connect({
      ...more,
      user,
      password,
      product: `Parlance-${command}/${VERSION}`,
      deviceName: `parlance ${command}, ${hostname()}`.slice(0, 64),
      ...(command === "chat" ? { shareHistory: true } : {}),
      ...(server === "dns" ? {} : { server }),
      ...(displayName === undefined ? {} : { displayName }),
      ...(store === undefined ? {} : { store: await openStore(store).catch(inWords(store)) }),
      ...(fileServer === undefined ? {} : { fileServer }),
      ...(trace === undefined ? {} : { trace }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    // The SDK's word for wrong arguments.
    if (error instanceof TypeError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

function placeOf(options: LoginOptions, user: string): Place {
  return placeFor(options, user.slice(user.lastIndexOf("@") + 1), knownServices());
}

async function traceInto(file: string): Promise<Trace> {
  const { traceTo } = await import("../client-trace.ts");
  return traceTo(file).catch((error: Error) => {
    throw new UsageError(`--trace: ${explainFileFault(error, file, "write")}`);
  });
}

function inWords(file: string): (error: unknown) => never {
  return (error) => {
    throw new UsageError(`--store: ${explainFileFault(error, file, "write")}`, { cause: error });
  };
}

/** `alice@parlance.test` will do. */
export function imAddress(typed: string): string {
  if (/^sips?:/.test(typed)) return typed;
  if (typed.includes("@") && !typed.includes(":")) return `sip:${typed}`;
  throw new UsageError(`--user: expected sip:NAME@DOMAIN, not ${typed}`);
}

async function ask(user: string): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new UsageError("no password: give --password or set PARLANCE_PASSWORD");
  }
  const { isCancel, password } = await import("@clack/prompts");
  const typed = await password({ message: `Password of ${user}` });
  if (isCancel(typed)) throw new UsageError("no password");
  return typed;
}

/** Ends at Ctrl-C or when the process is told to. */
export function untilInterrupted(): AbortController {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => controller.abort());
  }
  return controller;
}
