/** `parlance users`: accounts of a running server. Changes take effect at once. */
import type { Command } from "commander";
import { CommandError } from "../command-error.ts";
import { newPassword } from "../service/local-service.ts";
import { OperatorClient, type OperatorOptions } from "../service/operator-client.ts";
import { withOperator } from "./operator.ts";
import { examples, exitStatus } from "./options.ts";

interface PasswordOptions extends OperatorOptions {
  readonly password?: string;
}

interface AddOptions extends OperatorOptions {
  /** False: none at all. */
  readonly password?: string | false;
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
const EXIT = exitStatus("done", "no server, or refused");

export function addUsers(program: Command): void {
  const users = program
    .command("users")
    .summary("accounts of a running server")
    .description("Accounts of a running server. Changes take effect at once.")
    .addHelpText("after", examples("users add erin", "users passwd bob", "users list --json"));
  withOperator(users.command("list"))
    .summary("names, addresses, who is registered")
    .description("List names, addresses, and how many contacts are registered.")
    .option("--json", "print one JSON array")
    .addHelpText("after", EXIT)
    .action(list);
  withOperator(users.command("add"))
    .summary("make an account")
    .description("Make an account. Without --password one is made up and printed.")
    .argument("<name>", "its IM Address will be sip:NAME@DOMAIN")
    .option("-p, --password <PASSWORD>", "the password")
    .option("--no-password", "none: behind a core, where users log in themselves")
    .option("--display-name <NAME>", "shown to others")
    .addHelpText("after", EXIT)
    .action(add);
  withOperator(users.command("passwd"))
    .summary("set a password")
    .description("Set a password; what is registered with the old one ends.")
    .argument("<name>", "name of the account")
    .option("-p, --password <PASSWORD>", "the password; made up and printed without it")
    .addHelpText("after", EXIT)
    .action(passwd);
  withOperator(users.command("remove"))
    .summary("remove an account")
    .description("Remove an account, its registrations, and everything that waits for it.")
    .argument("<name>", "name of the account")
    .addHelpText("after", EXIT)
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

async function add(name: string, options: AddOptions): Promise<void> {
  const { displayName, password: given } = options;
  const password = given === false ? null : (given ?? newPassword());
  await new OperatorClient(options).ask("POST", "/users", { name, password, displayName });
  const made = given === undefined ? `, password ${password}` : "";
  process.stdout.write(`added ${name}${made}\n`);
}

async function passwd(name: string, options: PasswordOptions): Promise<void> {
  const password = options.password ?? newPassword();
  await new OperatorClient(options).ask("PUT", `/users/${pathPart(name)}/password`, { password });
  const made = options.password === undefined ? `, password ${password}` : "";
  process.stdout.write(`changed the password of ${name}${made}\n`);
}

async function remove(name: string, options: OperatorOptions): Promise<void> {
  await new OperatorClient(options).ask("DELETE", `/users/${pathPart(name)}`);
  process.stdout.write(`removed ${name}\n`);
}

function pathPart(name: string): string {
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(name)) throw new CommandError(`no such user: ${name}`);
  return encodeURIComponent(name);
}
