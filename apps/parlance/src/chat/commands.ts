/** What the user typed: a line to say, or one of the commands of the chat. Pure. */

import { type GroupCommand, isGroupCommand, readGroupCommand } from "./group-commands.ts";
import { isOwnedCommand, type OwnedCommand, readOwnedCommand } from "./owned.ts";
import { readPeers } from "./peers.ts";
import { type RecordCommand, readRecordCommand } from "./recording.ts";

export type Typed =
  | { readonly do: "say"; readonly text: string }
  | { readonly do: "to"; readonly to: readonly string[]; readonly text: string }
  | { readonly do: "file"; readonly path: string }
  /** Without a number: the newest. */
  | { readonly do: "accept"; readonly number: number | undefined; readonly folder: string }
  | { readonly do: "decline" | "cancel"; readonly number: number | undefined }
  | GroupCommand
  | OwnedCommand
  /** Without a number: as many lines as are usual. */
  | { readonly do: "history"; readonly lines: number | undefined }
  | { readonly do: "search"; readonly text: string }
  | RecordCommand
  | { readonly do: "quit" }
  | { readonly do: "help" }
  | { readonly do: "list" }
  | { readonly do: "nothing" }
  | { readonly do: "wrong"; readonly why: string };

export const HELP = [
  "/to NAME [TEXT]       talk to somebody, by name or sip: address; several with commas",
  "/list                 conversations so far",
  "/history [N]          older lines that the server keeps, further back each time",
  "/search TEXT          find lines that the server keeps, in all conversations",
  "/record on [NAME], /record off   have the server record what is said here",
  "/file PATH            send a file",
  "/accept [N] [FOLDER]  take a file that is offered, the newest or that of the number",
  "/decline [N]          do not take it",
  "/cancel [N]           give up a file that is on its way; so does Ctrl-C",
  "/join ROOM [as NICK] [anonymously]   come into a chat room or a group",
  "/create NAMES [about SUBJECT]        make a group with these; in a conversation, out of it",
  "/yes, /no             come into the group that somebody asks you into, or not",
  "/who                  who is in the group; /subject says what it is about",
  "/subject TEXT         what it is about from now on; /lock and /unlock, where you may",
  "/mute NAMES           let these read alone, /unmute NAMES write again, where you may",
  "/whisper NAMES TEXT   to these in it alone; names with blanks in quotes",
  "/invite NAMES         ask others to come; /kick NAMES sends them away, where you may",
  "/nick [NAME]          be called so there from now on, or as before",
  "/leave                leave the group, for good",
  "/block [NAMES]        hear nothing of these any more; who they are; /unblock NAMES lets them in",
  "/settings [KEY=on …]  what may reach you and what is kept, or change it",
  "/quit                 leave; so do Ctrl-D, and Ctrl-C while no file is on its way",
  "//TEXT                a line that begins with a slash",
  "Arrows edit the line and bring back earlier ones, Page Up and Page Down scroll,",
  "Alt-Enter begins a new line in the same message.",
  "Receipts: … on its way, ✓ accepted, ⏸ deferred, ✓✓ delivered, ✓✓ seen, ✗ failed.",
];

export function readTyped(line: string, self: string): Typed {
  const text = line.trimEnd();
  if (text.trim() === "") return { do: "nothing" };
  if (text.startsWith("//")) return { do: "say", text: text.slice(1) };
  const { command, argument, rest = "" } = COMMAND.exec(text)?.groups ?? {};
  if (command === undefined) return { do: "say", text };
  switch (command) {
    case "file":
      if (argument === undefined) return { do: "wrong", why: "/file needs the path of a file" };
      return { do: "file", path: (argument + rest).trim() };
    case "accept": {
      const number = readNumber(argument);
      const folder = (number === undefined ? (argument ?? "") + rest : rest).trim();
      return { do: "accept", number, folder: folder === "" ? "." : folder };
    }
    case "decline":
    case "cancel":
      if (argument !== undefined && readNumber(argument) === undefined) {
        return { do: "wrong", why: `/${command} takes the number of a file` };
      }
      return { do: command, number: readNumber(argument) };
    case "to":
    case "msg":
      if (argument === undefined) return { do: "wrong", why: `/${command} needs a name` };
      return { do: "to", to: readPeers(argument, self), text: rest.trim() };
    case "history":
      if (argument !== undefined && readNumber(argument) === undefined) {
        return { do: "wrong", why: "/history takes a number of lines" };
      }
      return { do: "history", lines: readNumber(argument) };
    case "search":
      if (argument === undefined) return { do: "wrong", why: "/search needs a text" };
      return { do: "search", text: (argument + rest).trim() };
    case "record":
      return readRecordCommand((argument ?? "") + rest);
    case "quit":
    case "exit":
      return { do: "quit" };
    case "help":
      return { do: "help" };
    case "list":
      return { do: "list" };
    default:
      if (isOwnedCommand(command)) return readOwnedCommand(command, (argument ?? "") + rest, self);
      if (isGroupCommand(command)) return readGroupCommand(command, (argument ?? "") + rest, self);
      return { do: "wrong", why: `no command /${command}: /help lists them` };
  }
}

const COMMAND = /^\/(?<command>\w*)(?:\s+(?<argument>\S+)(?<rest>[^]*))?/;

function readNumber(typed: string | undefined): number | undefined {
  return typed !== undefined && /^\d{1,9}$/.test(typed) ? Number(typed) : undefined;
}
