/** `parlance admin`: what the operator of a running server asks and does. */
import type { Command } from "commander";
import { examples } from "../options.ts";
import { addTrace } from "../trace.ts";
import { addAccountVerbs } from "./accounts.ts";
import { addPlaceVerbs } from "./places.ts";
import { addServiceVerbs } from "./service.ts";

export function addAdmin(program: Command): void {
  const admin = program
    .command("admin")
    .summary("ask and tell a running server, as its operator")
    .description(
      "Ask and tell a running server, as its operator. The server of ./data is meant, or the one that runs here; " +
        "--data and --admin name another one. Everything that changes is in its audit log.",
    )
    .addHelpText(
      "after",
      examples(
        "admin status",
        "admin sessions list",
        "admin users lock erin",
        "admin rooms create attic --moderator alice",
        "admin audit --subject erin --json",
        "admin backup /mnt/backups",
      ),
    );
  addServiceVerbs(admin);
  addAccountVerbs(admin);
  addPlaceVerbs(admin);
  addTrace(admin);
}
