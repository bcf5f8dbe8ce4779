/** `parlance trace`: what the server remembers of the wire and of its own decisions, and whom it remembers it of. */
import { type Command, Option } from "commander";
import type { OperatorClient, OperatorOptions } from "../service/operator-client.ts";
import { withOperator } from "./operator.ts";
import { examples, exitStatus, readTime } from "./options.ts";

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
  const command = withOperator(program.command("trace"))
    .summary("print what a running server has traced of its users")
    .description(
      "Print what a running server has traced, oldest first: SIP, MSRP, HTTP, timers and decisions.\n" +
        "Whom it traces is said by `trace start`, or by trace.everybody. Credentials and what people\n" +
        "wrote are blacked out. Reading the trace is noted in the server's audit log.",
    )
    .option("--user <NAME>", "only conversations of this user: a name or an address")
    .option("--conversation <ID>", "only this one: a Call-ID, a Message-ID or an MSRP session")
    .addOption(new Option("--since <MINUTES>", "only the last so many minutes").argParser(readTime))
    .option("--full", "whole messages instead of one line each")
    .option("--json", "one JSON object with everything that is known of each step")
    .option("--pcap <FILE>", "write a capture for Wireshark instead; - is standard output")
    .option("--hep <FILE>", "write HEP packets for HOMER instead; - is standard output")
    .option("--show-text", "with what people wrote; the audit log says so")
    .addHelpText(
      "after",
      [
        examples(
          "trace start alice --minutes 10",
          "trace --user alice",
          "trace --user alice --since 5 --pcap alice.pcap",
        ),
        exitStatus("printed", "no server, or refused"),
      ].join("\n"),
    )
    .action(trace);
  withOperator(command.command("start <NAME>"))
    .summary("trace a user from now on, for some minutes")
    .addOption(new Option("--minutes <MINUTES>", "default 15").argParser(readTime))
    .action(startTracing);
  withOperator(command.command("stop <NAME>"))
    .summary("trace a user no longer")
    .action(stopTracing);
  withOperator(command.command("users")).summary("print who is traced").action(tracedUsers);
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
  const file = pcap ?? hep ?? "-";
  if (file === "-") {
    process.stdout.write(bytes);
    return;
  }
  const { writeFile } = await import("node:fs/promises");
  await writeFile(file, bytes, { mode: 0o600 });
  const nothing = bytes.length <= (pcap === undefined ? 0 : PCAP_HEAD_BYTES);
  process.stderr.write(
    nothing
      ? `${file} is empty: nothing of that is in the trace (trace start NAME begins one)\n`
      : `wrote ${file}, ${bytes.length} octets\n`,
  );
}

function formOf({ full, json, pcap, hep }: TraceCommand): string {
  if (pcap !== undefined) return "pcap";
  if (hep !== undefined) return "hep";
  if (json) return "json";
  return full ? "full" : "ladder";
}

async function startTracing(user: string, _: unknown, command: Command): Promise<void> {
  const options = command.optsWithGlobals<WatchCommand>(); // those that `trace` has as well
  const client = await operator(options);
  const body = { user, ...(options.minutes === undefined ? {} : { minutes: options.minutes }) };
  const response = await client.ask("POST", "/trace/users", body);
  const { user: address, until } = (await response.json()) as { user: string; until: number }; // ours
  process.stdout.write(`tracing ${address} until ${new Date(until).toISOString()}\n`);
}

async function stopTracing(user: string, _: unknown, command: Command): Promise<void> {
  const client = await operator(command.optsWithGlobals());
  await client.ask("DELETE", `/trace/users/${encodeURIComponent(user)}`);
  process.stdout.write(`${user} is not traced any more\n`);
}

async function tracedUsers(_: unknown, command: Command): Promise<void> {
  const client = await operator(command.optsWithGlobals());
  const response = await client.ask("GET", "/trace/users");
  const traced = (await response.json()) as { everybody: boolean; users: Traced[] }; // ours
  const lines = traced.users.map(
    ({ user, until }) => `${user} until ${new Date(until).toISOString()}`,
  );
  if (traced.everybody) lines.unshift("everybody: trace.everybody is on");
  process.stdout.write(lines.map((line) => `${line}\n`).join(""));
}

interface Traced {
  readonly user: string;
  readonly until: number;
}

async function operator(options: OperatorOptions): Promise<OperatorClient> {
  const { OperatorClient } = await import("../service/operator-client.ts");
  return new OperatorClient(options);
}
