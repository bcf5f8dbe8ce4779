/** Options of the commands that speak to a running server as its operator. */
import type { Command } from "commander";

export function withOperator(command: Command): Command {
  return command
    .option("--data <FOLDER>", "data folder of the server, where its operator token is", "./data")
    .option("--admin <URL>", "the operator's listener", "http://127.0.0.1:8081");
}
