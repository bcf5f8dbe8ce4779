/** Options that every client command shares: who, with which password, at which server. */
import { password as askPassword, isCancel } from "@clack/prompts";
import type { ImClient } from "@parlance/client";
import type { Command } from "commander";
import { UsageError } from "../failure.ts";

/** Where `npm start` listens. */
const LOCAL_SERVICE = "tcp://127.0.0.1:5060";

export interface AccountOptions {
  readonly user: string;
  readonly password?: string;
  readonly server: string;
  readonly displayName?: string;
  readonly store?: string;
  readonly authority?: string[];
}

export function withAccount(command: Command): Command {
  return command
    .requiredOption("-u, --user <ADDRESS>", "IM Address: sip:alice@parlance.test")
    .option("-p, --password <PASSWORD>", "or in PARLANCE_PASSWORD; else it is asked for")
    .option(
      "-s, --server <URL>",
      "udp:, tcp:, tls:, ws: or wss:HOST[:PORT]; dns asks DNS",
      LOCAL_SERVICE,
    )
    .option("--display-name <NAME>", "shown to others")
    .option("--store <FILE>", "keep messages, outbox and receipts there (SQLite)")
    .option("--authority <FILE...>", "PEM files of authorities to believe besides the system's");
}

export async function connectAccount(
  options: AccountOptions,
  product: string,
  signal?: AbortSignal,
): Promise<ImClient> {
  const { connect, openStore } = await import("@parlance/client/node");
  const { readFile } = await import("node:fs/promises");
  const password =
    options.password ?? process.env["PARLANCE_PASSWORD"] ?? (await ask(options.user));
  const authorities = await Promise.all(
    (options.authority ?? []).map((file) => readFile(file, "utf8")),
  );
  return connect({
    user: options.user,
    password,
    product,
    ...(options.server === "dns" ? {} : { server: options.server }),
    ...(options.displayName === undefined ? {} : { displayName: options.displayName }),
    ...(options.store === undefined ? {} : { store: await openStore(options.store) }),
    ...(authorities.length === 0 ? {} : { authorities }),
    ...(signal === undefined ? {} : { signal }),
  });
}

async function ask(user: string): Promise<string> {
  if (!process.stdin.isTTY) throw new UsageError("--password is missing");
  const typed = await askPassword({ message: `Password of ${user}` });
  if (isCancel(typed)) throw new UsageError("no password");
  return typed;
}

/** Ends at Ctrl-C or when the process is told to. */
export function untilInterrupted(): AbortController {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => controller.abort());
  return controller;
}
