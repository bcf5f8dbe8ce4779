/** `parlance trace`: what the server remembers of the wire and of its own decisions, and whom it remembers it of. */
import { type Command, Option } from "commander";
import { CommandError } from "../command-error.ts";
import { explainFileFault } from "../files/file-fault.ts";
import type { OperatorClient, OperatorOptions } from "../service/operator-client.ts";
import { askOf } from "./admin/verb.ts";
import { sayNone } from "./as-owner.ts";
import { type Account, findAccount, warnOfNobody } from "./find-account.ts";
import { withOperator } from "./operator.ts";
import { examples, exitStatus, readTime, withoutName } from "./options.ts";

interface TraceCommand extends OperatorOptions {
  readonly user?: string;
  readonly conversation?: string;
  readonly since?: number;
  readonly full?: boolean;
  readonly json?: boolean;
  readonly pcap?: string;
  readonly hep?: string;
  readonly showText?: boolean;
}

interface WatchCommand extends OperatorOptions {
  readonly minutes?: number;
}

export function addTrace(program: Command): void {
  const group = program
    .command("trace")
    .summary("print what a running server has traced of its users")
    .description(
      "Print what a running server has traced, oldest first: SIP, MSRP, HTTP, timers and decisions. " +
        "Whom it traces is said by `trace start`, or by trace.everybody. Credentials and what people " +
        "wrote are blacked out. Reading the trace is noted in the server's audit log.",
    )
    .addHelpText(
      "after",
      [
        examples(
          "trace start alice --minutes 10",
          "trace alice",
          "trace alice --since 5 --pcap alice.pcap",
        ),
        exitStatus("printed", "no server, refused, or no such user"),
      ].join("\n"),
    );
  withOperator(withoutName(group, "[user]"))
    .option("--user <NAME>", "only conversations of this user: a name or an address")
    .option("--conversation <ID>", "only this one: a Call-ID, a Message-ID or an MSRP session")
    .addOption(new Option("--since <MINUTES>", "only the last so many minutes").argParser(readTime))
    .option("--full", "whole messages instead of one line each")
    .option("--json", "one JSON object with everything that is known of each step")
    .option("--pcap <FILE>", "write a capture for Wireshark instead; - is standard output")
    .option("--hep <FILE>", "write HEP packets for HOMER instead; - is standard output")
    .option("--show-text", "with what people wrote; the audit log says so")
    .action((typed: string | undefined, options: TraceCommand) =>
      trace({ ...options, ...(typed === undefined ? {} : { user: typed }) }),
    );
  const exit = exitStatus("done", "no server, or refused");
  withOperator(group.command("start <name>"))
    .summary("trace a user from now on, for some minutes")
    .description("Trace a user from now on, for some minutes.")
    .addOption(new Option("--minutes <MINUTES>", "so long (default: 15)").argParser(readTime))
    .addHelpText("after", exit)
    .action(startTracing);
  withOperator(group.command("stop <name>"))
    .summary("trace a user no longer")
    .description("Trace a user no longer.")
    .addHelpText("after", exit)
    .action(stopTracing);
  withOperator(group.command("users"))
    .summary("print who is traced")
    .description("Print who is traced, and until when.")
    .addHelpText("after", exit)
    .action(tracedUsers);
}

const PCAP_HEAD_BYTES = 24; // of a capture without a packet

async function trace(options: TraceCommand): Promise<void> {
  const { user, conversation, since, pcap, hep, showText } = options;
  const ask = new URLSearchParams({ form: formOf(options) });
  if (user !== undefined) ask.set("user", user);
  if (conversation !== undefined) ask.set("conversation", conversation);
  if (since !== undefined) ask.set("since", String(Math.round(Date.now() - since * 60_000)));
  if (showText) ask.set("text", "true");
  const client = await operator(options);
  const response = await client.ask("GET", `/trace?${ask}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (isEmpty(bytes, options)) process.stderr.write(`${await whyNothing(client, options)}\n`);
  const file = pcap ?? hep ?? "-";
  if (file === "-") {
    if (options.json || !isEmpty(bytes, options)) process.stdout.write(bytes);
    return;
  }
  const { writeFile } = await import("node:fs/promises");
  await writeFile(file, bytes, { mode: 0o600 }).catch((error: Error) => {
    throw new CommandError(explainFileFault(error, file, "write"), { cause: error });
  });
  process.stderr.write(`wrote ${file}, ${bytes.length} octets\n`);
}

const NO_STEPS = '{"steps":[]}';

function isEmpty(bytes: Uint8Array, { json, pcap }: TraceCommand): boolean {
  if (pcap !== undefined) return bytes.length <= PCAP_HEAD_BYTES;
  if (json) return new TextDecoder().decode(bytes.subarray(0, NO_STEPS.length)) === NO_STEPS;
  return bytes.length <= 1; // the end of no line
}

/** What whoever asked may do about it. Throws CommandError where there is no such user. */
async function whyNothing(client: OperatorClient, options: TraceCommand): Promise<string> {
  const { user, conversation, since } = options;
  const { everybody, users } = await watched(client);
  const asked = [
    ...(user === undefined ? [] : [`of ${user}`]),
    ...(conversation === undefined ? [] : [`of conversation ${conversation}`]),
    ...(since === undefined ? [] : [`of the last ${since} minutes`]),
  ];
  const nothing = `nothing ${asked.join(", ")}`.trimEnd();
  const account = user === undefined ? undefined : await findAccount(askOf(client), user);
  if (user !== undefined && account === undefined) {
    throw new CommandError(
      `${nothing} is in the trace, and no account is called so: users list prints all`,
    );
  }
  const isWatched = account === undefined ? users.length > 0 : users.some(isOf(account));
  if (everybody || isWatched) return `${nothing} is in the trace yet`;
  return `${nothing} is in the trace, and ${user === undefined ? "nobody is" : "he is not"} traced: trace start ${user ?? "NAME"}`;
}

function isOf({ identities }: Account): (one: { readonly user: string }) => boolean {
  return ({ user }) => identities.includes(user);
}

function formOf({ full, json, pcap, hep }: TraceCommand): string {
  if (pcap !== undefined) return "pcap";
  if (hep !== undefined) return "hep";
  if (json) return "json";
  return full ? "full" : "ladder";
}

async function startTracing(user: string, options: WatchCommand): Promise<void> {
  const client = await operator(options);
  const body = { user, ...(options.minutes === undefined ? {} : { minutes: options.minutes }) };
  const response = await client.ask("POST", "/trace/users", body);
  const { user: address, until } = (await response.json()) as { user: string; until: number }; // ours
  process.stdout.write(`tracing ${address} until ${new Date(until).toISOString()}\n`);
  await warnOfNobody(askOf(client), [user]);
}

async function stopTracing(user: string, options: OperatorOptions): Promise<void> {
  const client = await operator(options);
  await client.ask("DELETE", `/trace/users/${encodeURIComponent(user)}`);
  process.stdout.write(`${user} is not traced any more\n`);
}

async function tracedUsers(options: OperatorOptions): Promise<void> {
  const traced = await watched(await operator(options));
  const lines = traced.users.map(
    ({ user, until }) => `${user} until ${new Date(until).toISOString()}`,
  );
  if (traced.everybody) lines.unshift("everybody: trace.everybody is on");
  if (lines.length === 0) return sayNone("nobody is traced");
  process.stdout.write(lines.map((line) => `${line}\n`).join(""));
}

interface Watched {
  readonly everybody: boolean;
  readonly users: readonly { readonly user: string; readonly until: number }[];
}

async function watched(client: OperatorClient): Promise<Watched> {
  const response = await client.ask("GET", "/trace/users");
  return (await response.json()) as Watched; // ours
}

async function operator(options: OperatorOptions): Promise<OperatorClient> {
  const { OperatorClient } = await import("../service/operator-client.ts");
  return new OperatorClient(options);
}
