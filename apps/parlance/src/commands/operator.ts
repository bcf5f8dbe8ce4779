/** Options of the commands that speak to a running server as its operator. */
import { type Command, Option } from "commander";
import { readHttpUrl } from "./options.ts";

/** The admin listener of `npm start`. */
export const LOCAL_OPERATOR = "http://127.0.0.1:8081";

export function withOperator(command: Command): Command {
  return command
    .addOption(
      new Option("--data <FOLDER>", "data folder of the server: its operator token is there")
        .env("PARLANCE_DATA")
        .default("./data"),
    )
    .addOption(
      new Option("--admin <URL>", "the operator's listener of the server")
        .env("PARLANCE_LISTEN_ADMIN")
        .default(LOCAL_OPERATOR)
        .argParser(readHttpUrl),
    );
}
