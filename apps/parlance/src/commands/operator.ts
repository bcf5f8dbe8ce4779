/** Options of the commands that speak to a running server as its operator. */
import { type Command, Option } from "commander";
import { readHttpUrl } from "./options.ts";

/** Without any of them the server of ./data, or the one that runs here. */
export function withOperator(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--data <FOLDER>",
        "data folder of the server, where its operator token is (default: ./data, or that of the server that runs here)",
      ).env("PARLANCE_DATA"),
    )
    .addOption(
      new Option(
        "--admin <URL>",
        "the operator's listener of the server (default: of the server found, or http://127.0.0.1:8081)",
      )
        .env("PARLANCE_LISTEN_ADMIN")
        .argParser(readHttpUrl),
    )
    .addOption(
      new Option(
        "--token-file <FILE>",
        "a file with the token, where its data folder is elsewhere",
      ).env("PARLANCE_TOKEN_FILE"),
    );
}
