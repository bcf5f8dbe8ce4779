/** `parlance admin groups`, `rooms`, `sessions`: where users meet. */
import { type Command, Option } from "commander";
import { warnOfNobody } from "../find-account.ts";
import { collect, readCount } from "../options.ts";
import {
  type Answer,
  addVerbs,
  columns,
  everyPage,
  octets,
  part,
  type Verb,
  when,
} from "./verb.ts";

type Kind = "group" | "room";

function groupVerbs(kind: Kind): readonly Verb<never>[] {
  const list = kind === "group" ? "members" : "moderators";
  const who = list.slice(0, -1);
  return [
    {
      name: "list",
      summary: `List ${kind}s`,
      run: async (ask) =>
        (await everyPage(ask, "/groups", "groups")).filter((one) => one.kind === kind),
      print: (found: readonly Answer[]) => found.map(groupLine),
    },
    {
      name: "show <name>",
      summary: `Show a ${kind} and its ${list}`,
      run: (ask, [name]) => ask("GET", `/groups/${part(name)}`),
      print: (group: Answer) => [
        groupLine(group),
        ...group[list].map((one: string) => `${who} ${one}`),
      ],
    },
    {
      name: "create <name>",
      summary: `Make a ${kind}: it is there at once, and after every restart`,
      options: kind === "group" ? groupOptions : roomOptions,
      run: async (ask, [name], { member = [], moderator = [], ...options }: Create) => {
        const made = await ask("POST", "/groups", {
          kind,
          name,
          ...(kind === "group" ? { members: member } : { moderators: moderator }),
          ...said(options),
        });
        await warnOfNobody(ask, [...member, ...moderator]);
        return made;
      },
      print: (group: Answer) => [`made ${group.identity}`],
    },
    {
      name: "add <name> <user>",
      summary: `Add one to the ${list}`,
      run: async (ask, [name, user = ""]) => {
        const changed = await ask("PUT", `/groups/${part(name)}/${list}/${part(user)}`);
        await warnOfNobody(ask, [user]);
        return changed;
      },
      print: (group: Answer) => [`${list} ${group[list].length}`],
    },
    {
      name: "remove <name> <user>",
      summary: `Take one off the ${list}`,
      run: (ask, [name, user]) => ask("DELETE", `/groups/${part(name)}/${list}/${part(user)}`),
      print: (group: Answer) => [`${list} ${group[list].length}`],
    },
    {
      name: "session <name>",
      summary: `Show who is in the ${kind} now, by which roles; \`admin sessions\` moderates it by its id`,
      run: (ask, [name]) => ask("GET", `/groups/${part(name)}/session`),
      print: sessionLines,
    },
    {
      name: "delete <name>",
      summary: `Delete a ${kind}, also one that a user keeps; its session ends`,
      run: (ask, [name]) => ask("DELETE", `/groups/${part(name)}`),
    },
  ];
}

interface Create {
  readonly member?: readonly string[];
  readonly moderator?: readonly string[];
  readonly displayName?: string;
  readonly subject?: string;
  readonly anonymous?: boolean;
  readonly max?: number;
  readonly quiet?: boolean;
}

function common(command: Command): Command {
  return command
    .option("--display-name <NAME>", "shown to those who are in it")
    .option("--subject <TEXT>", "what it is about")
    .option("--anonymous", "members may hide who they are");
}

function groupOptions(command: Command): Command {
  const member = new Option("--member <USER>", "repeatable: account names or addresses");
  return common(command).addOption(member.argParser(collect).default([]));
}

function roomOptions(command: Command): Command {
  const moderator = new Option("--moderator <USER>", "repeatable: who may send others out");
  return common(command)
    .addOption(moderator.argParser(collect).default([]))
    .addOption(new Option("--max <COUNT>", "so many may be in it").argParser(readCount))
    .option("--quiet", "moderators alone write");
}

function said({
  displayName,
  subject,
  anonymous,
  max,
  quiet,
}: Omit<Create, "member" | "moderator">) {
  return {
    ...(displayName === undefined ? {} : { displayName }),
    ...(subject === undefined ? {} : { subject }),
    ...(anonymous === undefined ? {} : { allowAnonymity: anonymous }),
    ...(max === undefined ? {} : { maxParticipants: max }),
    ...(quiet === undefined ? {} : { writers: "moderators" }),
  };
}

/** Of a session of many. */
const moderation: readonly Verb<never>[] = [
  {
    name: "expel <id> <address>",
    summary: "Send somebody out of a session of many, for as long as it lasts",
    run: (ask, [id, address]) => ask("POST", `/sessions/${part(id)}/expel`, { address }),
  },
  ...(["mute", "unmute"] as const).map((name): Verb<never> => {
    const mutes = name === "mute";
    return {
      name: `${name} <id> <address>`,
      summary: `Let somebody in a session of many ${mutes ? "read alone" : "write again"}`,
      run: (ask, [id, address]) =>
        ask(mutes ? "PUT" : "DELETE", `/sessions/${part(id)}/muted/${part(address)}`),
      print: sessionLines,
    };
  }),
  ...(["lock", "unlock"] as const).map((name): Verb<never> => {
    const locked = name === "lock";
    return {
      name: `${name} <id>`,
      summary: `Let ${locked ? "nobody new" : "others again"} into a session of many`,
      run: (ask, [id]) => ask("PATCH", `/sessions/${part(id)}`, { locked }),
      print: sessionLines,
    };
  }),
  {
    name: "subject <id> <text>",
    summary: "Say what a session of many is about; an empty text takes it back",
    run: (ask, [id, subject]) => ask("PATCH", `/sessions/${part(id)}`, { subject }),
    print: sessionLines,
  },
];

const sessions: readonly Verb<never>[] = [
  {
    name: "list [user]",
    summary: "List sessions that run, or those of a user",
    run: async (ask, [user]) =>
      user === undefined
        ? everyPage(ask, "/sessions", "sessions")
        : (await ask("GET", `/users/${part(user)}/sessions`)).sessions,
    print: (found: readonly Answer[]) => found.map(sessionLine),
  },
  {
    name: "show <id>",
    summary: "Show who is in a session, and what waits for which device",
    run: (ask, [id]) => ask("GET", `/sessions/${part(id)}`),
    print: sessionLines,
  },
  {
    name: "end <id>",
    summary: "End a session for everybody in it",
    run: (ask, [id]) => ask("DELETE", `/sessions/${part(id)}`),
  },
  {
    name: "cut <id> <leg>",
    summary: "Cut one device off; with two in it, the session ends",
    run: (ask, [id, leg]) => ask("DELETE", `/sessions/${part(id)}/legs/${part(leg)}`),
  },
  ...moderation,
  {
    name: "leave <user>",
    summary: "Take a user out of all his sessions",
    run: (ask, [user]) => ask("DELETE", `/users/${part(user)}/sessions`),
    print: ({ ended }: Answer) => [`left ${ended}`],
  },
];

export function addPlaceVerbs(admin: Command): void {
  for (const kind of ["group", "room"] as const) {
    const words = kind === "group" ? "Groups with members." : "Rooms that every user may enter.";
    addVerbs(admin.command(`${kind}s`).description(words), groupVerbs(kind));
  }
  addVerbs(admin.command("sessions").description("Sessions that run."), sessions);
}

function groupLine({
  identity,
  source,
  present,
  members,
  moderators,
  kind,
  subject = "",
}: Answer): string {
  const many = kind === "group" ? `${members.length} members` : `${moderators.length} moderators`;
  return columns([identity, 34], [source, 13], [many, 14], [`${present} in it`, 8], [subject, 0]);
}

function sessionLine({
  id,
  kind,
  group,
  participants,
  startedAt,
  legs,
  locked,
  subject,
}: Answer): string {
  const who = group ?? participants.map(({ address }: Answer) => address).join(" ");
  const more = [who, ...(subject === undefined ? [] : [subject]), ...(locked ? ["(locked)"] : [])];
  const count = `${legs.length} legs`;
  return columns([id, 18], [kind, 11], [when(startedAt), 19], [count, 7], [more.join("  "), 0]);
}

function sessionLines(session: Answer): readonly string[] {
  return [
    sessionLine(session),
    ...session.participants.map((one: Answer) =>
      columns(
        [one.state, 8],
        [one.address, 32],
        [[...one.roles, ...(one.muted ? ["muted"] : [])].join(" "), 0],
      ),
    ),
    ...session.legs.map((leg: Answer) =>
      columns(
        [`leg ${leg.id}`, 24],
        [leg.connection ?? "not connected", 28],
        [`in ${octets(leg.received.bytes)}`, 12],
        [`out ${octets(leg.sent.bytes)}`, 12],
        [`waiting ${leg.waiting.frames}, ${octets(leg.waiting.bytes)}`, 0],
      ),
    ),
  ];
}
