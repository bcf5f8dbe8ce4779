/** `parlance trace`: what the server remembers of the SIP messages in and out. */
import { type Command, Option } from "commander";
import type { OperatorOptions } from "../service/operator-client.ts";
import { withOperator } from "./operator.ts";
import { examples, exitStatus, readTime } from "./options.ts";

interface TraceCommand extends OperatorOptions {
  readonly user?: string;
  readonly since?: number;
  readonly full?: boolean;
  readonly pcap?: string;
}

export function addTrace(program: Command): void {
  withOperator(program.command("trace"))
    .summary("print the SIP messages that a running server remembers")
    .description(
      "Print the SIP messages that a running server remembers, oldest first. Credentials are blacked\n" +
        "out. Reading the trace is noted in the server's audit log.",
    )
    .option("--user <NAME>", "only conversations of this user: a name or an address")
    .addOption(new Option("--since <MINUTES>", "only the last so many minutes").argParser(readTime))
    .option("--full", "whole messages instead of one line each")
    .option("--pcap <FILE>", "write a capture for Wireshark instead; - is standard output")
    .addHelpText(
      "after",
      [
        examples("trace --user alice", "trace --user alice --since 5 --pcap alice.pcap"),
        exitStatus("printed", "no server, or refused"),
      ].join("\n"),
    )
    .action(trace);
}

async function trace(options: TraceCommand): Promise<void> {
  const { OperatorClient } = await import("../service/operator-client.ts");
  const { user, since, full, pcap } = options;
  const form = pcap === undefined ? (full ? "full" : "ladder") : "pcap";
  const ask = new URLSearchParams({ form });
  if (user !== undefined) ask.set("user", user);
  if (since !== undefined) ask.set("since", String(Math.round(Date.now() - since * 60_000)));
  const response = await new OperatorClient(options).ask("GET", `/trace?${ask}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (pcap === undefined || pcap === "-") {
    process.stdout.write(bytes);
    return;
  }
  const { writeFile } = await import("node:fs/promises");
  await writeFile(pcap, bytes);
}
