/** `parlance config`: check a file, explain keys, print the schema. */
import { type Command, Option } from "commander";
import { CommandError } from "../command-error.ts";
import { collect, examples, exitStatus } from "./options.ts";

export function addConfig(program: Command): void {
  const config = program
    .command("config")
    .summary("check and explain configuration")
    .description("Check and explain the configuration of a server.");
  config
    .command("check")
    .summary("say what is wrong with a configuration")
    .description("Say what is wrong with a configuration, read as `parlance start` reads it.")
    .argument("[file]", "YAML or JSON; without one the defaults, environment and --set are checked")
    .addOption(
      new Option("--set <KEY=VALUE>", "override a key, repeatable")
        .argParser(collect)
        .default([], "none"),
    )
    .addHelpText(
      "after",
      [
        examples("config check parlance.yaml", "config check --set limits.connections=20000"),
        exitStatus("all well", "something is wrong, a line for each fault"),
      ].join("\n"),
    )
    .action(check);
  config
    .command("explain")
    .summary("say what keys mean")
    .description("Say what keys mean, their type, default and environment variable.")
    .argument("[key]", "a key or the beginning of its path; without one all are explained")
    .addHelpText(
      "after",
      [
        examples("config explain listen", "config explain compat.plainSip"),
        exitStatus("explained", "no such key"),
      ].join("\n"),
    )
    .action(explain);
  config
    .command("schema")
    .summary("print the JSON Schema of a configuration file")
    .description("Print the JSON Schema of a configuration file, for editors.")
    .addHelpText(
      "after",
      [examples("config schema > parlance.schema.json"), "\nExit status: 0 printed."].join("\n"),
    )
    .action(async () => {
      const { jsonSchema } = await import("../config/explain.ts");
      process.stdout.write(`${JSON.stringify(jsonSchema(), null, 2)}\n`);
    });
}

async function check(file: string | undefined, options: { set?: string[] }): Promise<void> {
  const { loadConfiguration } = await import("../config/load.ts");
  const { checkTlsFiles } = await import("../service/tls-files.ts");
  const config = loadConfiguration({
    file,
    environment: process.env,
    set: options.set ?? [],
  });
  checkTlsFiles(config);
  const { domain, listen, store } = config;
  const listeners = [...listen.sip, ...listen.trusted, listen.http, listen.admin];
  const urls = listeners.filter((url) => url !== null).join(" ");
  process.stdout.write(`ok: ${domain} on ${urls}, kept in ${store}\n`);
}

async function explain(key: string | undefined): Promise<void> {
  const { formatExplanation, keys } = await import("../config/explain.ts");
  const found = keys(key);
  if (found.length === 0) {
    throw new CommandError(`config explain: no key ${key}; without one, all are explained`);
  }
  process.stdout.write(`${formatExplanation(found)}\n`);
}
