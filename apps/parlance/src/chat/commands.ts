/** What the user typed: a line to say, or one of the commands of the chat. Pure. */
import { fullAddress } from "../address.ts";

export type Typed =
  | { readonly do: "say"; readonly text: string }
  | { readonly do: "to"; readonly to: readonly string[]; readonly text: string }
  | { readonly do: "quit" }
  | { readonly do: "help" }
  | { readonly do: "list" }
  | { readonly do: "nothing" }
  | { readonly do: "wrong"; readonly why: string };

export const HELP = [
  "/to NAME [TEXT]   talk to somebody, by name or sip: address; several with commas",
  "/list             conversations so far",
  "/quit             leave; so do Ctrl-C and Ctrl-D",
  "//TEXT            a line that begins with a slash",
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
    case "to":
    case "msg":
      if (argument === undefined) return { do: "wrong", why: `/${command} needs a name` };
      return { do: "to", to: readPeers(argument, self), text: rest.trim() };
    case "quit":
    case "exit":
      return { do: "quit" };
    case "help":
      return { do: "help" };
    case "list":
      return { do: "list" };
    default:
      return { do: "wrong", why: `no command /${command}: /help lists them` };
  }
}

const COMMAND = /^\/(?<command>\w*)(?:\s+(?<argument>\S+)(?<rest>[^]*))?/;

/** Names and addresses, with commas between them. */
export function readPeers(typed: string, self: string): readonly string[] {
  const names = typed.split(",").map((each) => each.trim());
  return [...new Set(names.filter((each) => each !== "").map((each) => fullAddress(each, self)))];
}
