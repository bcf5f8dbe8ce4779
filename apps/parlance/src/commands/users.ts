/** `parlance users`: accounts of a running server. Changes take effect at once. */
import type { Command } from "commander";
import { UsageError } from "../failure.ts";
import { newPassword } from "../service/local-service.ts";
import { OperatorClient, type OperatorOptions } from "../service/operator-client.ts";
import { withOperator } from "./operator.ts";

interface PasswordOptions extends OperatorOptions {
  readonly password?: string;
  readonly displayName?: string;
}

interface UserView {
  readonly name: string;
  readonly address: string;
  readonly displayName?: string;
  readonly disabled: boolean;
  readonly contacts: number;
}

const PAGE = 500;

export function addUsers(program: Command): void {
  const users = program.command("users").description("Accounts of a running server.");
  withOperator(users.command("list"))
    .description("Names, addresses, and how many contacts are registered.")
    .option("--json", "print one JSON array")
    .action(list);
  withOperator(users.command("add"))
    .description("Make an account. Without --password one is made up and printed.")
    .argument("<name>")
    .option("-p, --password <PASSWORD>", "the password")
    .option("--display-name <NAME>", "shown to others")
    .action(add);
  withOperator(users.command("passwd"))
    .description("Set a password; what is registered with the old one ends.")
    .argument("<name>")
    .option("-p, --password <PASSWORD>", "the password; made up and printed without it")
    .action(passwd);
  withOperator(users.command("remove"))
    .description("Remove an account and everything that waits for it.")
    .argument("<name>")
    .action(remove);
}

async function list(options: OperatorOptions & { json?: boolean }): Promise<void> {
  const client = new OperatorClient(options);
  const found: UserView[] = [];
  for (;;) {
    const after = found.at(-1)?.name;
    const from = after === undefined ? "" : `&after=${encodeURIComponent(after)}`;
    const response = await client.ask("GET", `/users?limit=${PAGE}${from}`);
    const { users } = (await response.json()) as { users: UserView[] }; // by the operator API
    found.push(...users);
    if (users.length < PAGE) break;
  }
  if (options.json) {
    process.stdout.write(`${JSON.stringify(found)}\n`);
    return;
  }
  for (const { name, address, contacts, disabled } of found) {
    const state = disabled ? "disabled" : contacts > 0 ? `${contacts} registered` : "away";
    process.stdout.write(`${name.padEnd(16)} ${address.padEnd(32)} ${state}\n`);
  }
}

async function add(name: string, options: PasswordOptions): Promise<void> {
  const password = options.password ?? newPassword();
  const { displayName } = options;
  await new OperatorClient(options).ask("POST", "/users", { name, password, displayName });
  process.stdout.write(`added ${name}${tell(password, options)}\n`);
}

async function passwd(name: string, options: PasswordOptions): Promise<void> {
  const password = options.password ?? newPassword();
  await new OperatorClient(options).ask("PUT", `/users/${pathPart(name)}/password`, { password });
  process.stdout.write(`changed the password of ${name}${tell(password, options)}\n`);
}

async function remove(name: string, options: OperatorOptions): Promise<void> {
  await new OperatorClient(options).ask("DELETE", `/users/${pathPart(name)}`);
  process.stdout.write(`removed ${name}\n`);
}

function tell(password: string, options: PasswordOptions): string {
  return options.password === undefined ? `, password ${password}` : "";
}

function pathPart(name: string): string {
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(name)) throw new UsageError(`no such user: ${name}`);
  return encodeURIComponent(name);
}
