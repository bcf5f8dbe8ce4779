/** `parlance config`: check a file, explain keys, print the schema. */
import type { Command } from "commander";
import { UsageError } from "../failure.ts";

export function addConfig(program: Command): void {
  const config = program.command("config").description("Check and explain configuration.");
  config
    .command("check")
    .description("Say what is wrong with a configuration, as start would read it.")
    .argument("[file]", "YAML or JSON")
    .option(
      "--set <KEY=VALUE>",
      "override a key, repeatable",
      (value: string, before: string[]) => [...before, value],
      [],
    )
    .action(check);
  config
    .command("explain")
    .description("Say what keys mean, their type and default.")
    .argument("[key]", "a key or the beginning of its path: listen, compat.plainSip")
    .action(explain);
  config
    .command("schema")
    .description("Print the JSON Schema of a configuration file.")
    .action(async () => {
      const { jsonSchema } = await import("../config/explain.ts");
      process.stdout.write(`${JSON.stringify(jsonSchema(), null, 2)}\n`);
    });
}

async function check(file: string | undefined, options: { set?: string[] }): Promise<void> {
  const { loadConfiguration } = await import("../config/load.ts");
  const loaded = loadConfiguration({ file, environment: process.env, set: options.set ?? [] });
  process.stdout.write(`ok: ${loaded.domain}, listening on ${loaded.listen.sip.join(", ")}\n`);
}

async function explain(key: string | undefined): Promise<void> {
  const { formatExplanation, keys } = await import("../config/explain.ts");
  const found = keys(key);
  if (found.length === 0) throw new UsageError(`config explain: no key ${key}`);
  process.stdout.write(`${formatExplanation(found)}\n`);
}
