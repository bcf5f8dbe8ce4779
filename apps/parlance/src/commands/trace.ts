/** `parlance trace`: what the server remembers of the SIP messages in and out. */
import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { OperatorClient, type OperatorOptions } from "../service/operator-client.ts";
import { withOperator } from "./operator.ts";

interface TraceCommand extends OperatorOptions {
  readonly user?: string;
  readonly since?: string;
  readonly full?: boolean;
  readonly pcap?: string;
}

export function addTrace(program: Command): void {
  withOperator(program.command("trace"))
    .description("Print the SIP messages that a running server remembers.")
    .option("--user <NAME>", "only conversations of this user: a name or an address")
    .option("--since <MINUTES>", "only the last so many minutes")
    .option("--full", "whole messages instead of one line each")
    .option("--pcap <FILE>", "write a capture for Wireshark instead; - writes to standard output")
    .action(trace);
}

async function trace(options: TraceCommand): Promise<void> {
  const ask = new URLSearchParams();
  if (options.user !== undefined) ask.set("user", options.user);
  if (options.since !== undefined)
    ask.set("since", String(Date.now() - Number(options.since) * 60_000));
  ask.set("form", options.pcap === undefined ? (options.full ? "full" : "ladder") : "pcap");
  const response = await new OperatorClient(options).ask("GET", `/trace?${ask}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (options.pcap === undefined || options.pcap === "-") process.stdout.write(bytes);
  else await writeFile(options.pcap, bytes);
}
