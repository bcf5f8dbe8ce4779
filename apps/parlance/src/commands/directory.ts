/** `parlance rooms`: the chat rooms and groups that a user may come into. */
import type { DirectoryEntry } from "@parlance/client";
import type { Command } from "commander";
import { withLogin } from "./account.ts";
import { asOwner, type OwnerOptions, printOwned } from "./as-owner.ts";
import { examples, exitStatus } from "./options.ts";

export function addRooms(program: Command): void {
  withLogin(program.command("rooms"))
    .summary("which chat rooms and groups there are for you")
    .description(
      "List the chat rooms and groups that you may come into: what they are about, and how many are there now.",
    )
    .option("--json", "print one JSON array")
    .addHelpText(
      "after",
      [
        examples(
          "rooms -u sip:alice@parlance.test",
          "receive -u sip:alice@parlance.test --join lobby",
        ),
        exitStatus("done", "no connection, or refused"),
      ].join("\n"),
    )
    .action(async (options: OwnerOptions) => {
      const found = await asOwner(options, "rooms", ({ directory }, call) => directory.list(call));
      printOwned(options, found, found.map(lineOf), "no rooms for you");
    });
}

/** `sip:lobby@parlance.test  room, 3 there  Lobby: anything goes` */
function lineOf({ address, kind, name, subject, members, present }: DirectoryEntry): string {
  const facts = [
    kind,
    members === undefined ? "" : `${members} members`,
    present === undefined ? "" : `${present} there`,
  ];
  const words = [name, subject].filter((one) => one !== undefined && one !== "");
  return `${address}  ${facts.filter((one) => one !== "").join(", ")}  ${words.join(": ")}`.trimEnd();
}
