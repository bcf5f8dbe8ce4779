/** Whom a command believes besides the authorities of the system, in all that it asks: SIP, MSRP, WebSocket and HTTP. */
import { type Command, Option } from "commander";
import { UsageError } from "../command-error.ts";
import { explainFileFault } from "../files/file-fault.ts";
import { collect } from "./options.ts";

export function withAuthority(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--authority <FILE>",
        "PEM file of an authority to believe besides the system's, repeatable",
      )
        .env("PARLANCE_AUTHORITY")
        .argParser(collect),
    )
    .hook("preAction", () => believe(command.opts<{ authority?: string[] }>().authority ?? []));
}

async function believe(files: readonly string[]): Promise<void> {
  if (files.length === 0) return;
  const { readFile } = await import("node:fs/promises");
  const { X509Certificate } = await import("node:crypto");
  const { getCACertificates, setDefaultCACertificates } = await import("node:tls");
  for (const file of files) {
    const pem = await readFile(file, "utf8").catch((error: Error) => {
      throw new UsageError(`--authority: ${explainFileFault(error, file, "read")}`);
    });
    try {
      const { issuer } = new X509Certificate(pem); // TLS would pass over what is none
      if (issuer !== undefined) setDefaultCACertificates([...getCACertificates("default"), pem]);
    } catch (error) {
      throw new UsageError(`--authority: no certificate in ${file}`, { cause: error });
    }
  }
}
