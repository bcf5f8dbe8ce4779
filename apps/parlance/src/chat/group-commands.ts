/** The commands of the chat that are about groups. Pure. */
import { fullAddress } from "../address.ts";
import { readNames, readPeers, splitNames } from "./peers.ts";

export type GroupCommand =
  | {
      readonly do: "join";
      readonly room: string;
      readonly nickname: string | undefined;
      readonly anonymous: boolean;
    }
  | { readonly do: "create"; readonly to: readonly string[]; readonly subject: string | undefined }
  | { readonly do: "invite"; readonly to: readonly string[] }
  /** Names as they are shown in the group, or addresses. */
  | { readonly do: "kick" | "mute" | "unmute"; readonly names: readonly string[] }
  /** Undefined asks what it is about. */
  | { readonly do: "subject"; readonly subject: string | undefined }
  | { readonly do: "whisper"; readonly names: readonly string[]; readonly text: string }
  /** Undefined gives the name back. */
  | { readonly do: "nick"; readonly nickname: string | undefined }
  | { readonly do: "who" | "lock" | "unlock" | "leave" | "yes" | "no" }
  | { readonly do: "wrong"; readonly why: string };

const COMMANDS = [
  "join",
  "create",
  "invite",
  "kick",
  "whisper",
  "nick",
  "who",
  "subject",
  "lock",
  "unlock",
  "mute",
  "unmute",
  "leave",
  "yes",
  "no",
] as const;

type Name = (typeof COMMANDS)[number];

export function isGroupCommand(command: string): command is Name {
  return COMMANDS.some((each) => each === command);
}

export function readGroupCommand(command: Name, typed: string, self: string): GroupCommand {
  const argument = typed.trim();
  switch (command) {
    case "join":
      return readJoin(argument, self);
    case "create":
      return readCreate(argument, self);
    case "invite":
      return argument === "" ? needs(command) : { do: command, to: readPeers(argument, self) };
    case "kick":
    case "mute":
    case "unmute":
      return argument === "" ? needs(command) : { do: command, names: readNames(argument) };
    case "whisper": {
      const { names, text } = splitNames(argument);
      if (names.length === 0 || text === "") return { do: "wrong", why: "/whisper NAMES TEXT" };
      return { do: command, names, text };
    }
    case "nick":
      return { do: command, nickname: unquoted(argument) };
    case "subject":
      return { do: command, subject: argument === "" ? undefined : argument };
    case "who":
    case "lock":
    case "unlock":
    case "leave":
    case "yes":
    case "no":
      return { do: command };
  }
}

const JOIN = /^(?<room>\S+)(?:\s+as\s+(?<nick>.+?))?(?<anonymous>\s+anonymously)?$/;
const CREATE = /^(?<names>.+?)(?:\s+about\s+(?<subject>.+))?$/;

function readJoin(typed: string, self: string): GroupCommand {
  const { room, nick, anonymous } = JOIN.exec(typed)?.groups ?? {};
  if (room === undefined) return { do: "wrong", why: "/join ROOM [as NICK] [anonymously]" };
  return {
    do: "join",
    room: fullAddress(room, self),
    nickname: unquoted(nick ?? ""),
    anonymous: anonymous !== undefined,
  };
}

function readCreate(typed: string, self: string): GroupCommand {
  const { names, subject } = CREATE.exec(typed)?.groups ?? {};
  if (names === undefined) return needs("create");
  return { do: "create", to: readPeers(names, self), subject };
}

function unquoted(typed: string): string | undefined {
  const name = /^"(?<inside>[^"]*)"$/.exec(typed.trim())?.groups?.["inside"] ?? typed.trim();
  return name === "" ? undefined : name;
}

function needs(command: string): GroupCommand {
  return { do: "wrong", why: `/${command} needs a name` };
}
