/** `parlance admin users`, `settings`, `deferred`, `history`: what belongs to accounts. */
import { type Command, Option } from "commander";
import { UsageError } from "../../command-error.ts";
import { collect } from "../options.ts";
import { settingLines } from "../setting-words.ts";
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

const users: readonly Verb<never>[] = [
  {
    name: "list [part]",
    summary: "List accounts, or those with that part in a name or address",
    run: (ask, [search]) => everyPage(ask, "/users", "users", search ? { search } : {}),
    print: (found: readonly Answer[]) => found.map(userLine),
  },
  {
    name: "show <name>",
    summary: "Show an account, its devices and what is kept for it",
    run: async (ask, [name]) => {
      const at = `/users/${part(name)}`;
      const [user, { contacts }, history, deferred] = await Promise.all([
        ask("GET", at),
        ask("GET", `${at}/contacts`),
        ask("GET", `${at}/history`),
        ask("GET", `${at}/deferred?limit=1`),
      ]);
      return { ...user, devices: contacts, history, deferred: deferred.usage };
    },
    print: (user: Answer) => [
      userLine(user),
      `identities ${user.identities.join(" ")}`,
      ...user.devices.map(
        (one: Answer) => `device ${one.connection ?? (one.asleep ? "asleep" : "")} ${one.contact}`,
      ),
      `waiting ${user.deferred.messages} messages, ${octets(user.deferred.bytes)}`,
      `history ${user.history.usage.messages} messages, ${octets(user.history.usage.bytes)}${user.history.held ? ", on hold" : ""}`,
    ],
  },
  {
    name: "lock <name>",
    summary: "Lock an account: he cannot log in, and all that he has open ends",
    run: (ask, [name]) => ask("PATCH", `/users/${part(name)}`, { disabled: true }),
    print: (user: Answer) => [`locked ${user.name}`],
  },
  {
    name: "unlock <name>",
    summary: "Unlock an account",
    run: (ask, [name]) => ask("PATCH", `/users/${part(name)}`, { disabled: false }),
    print: (user: Answer) => [`unlocked ${user.name}`],
  },
  {
    name: "change <name>",
    summary: "Change the display name or the further addresses of an account",
    options: (command) =>
      command
        .option("--display-name <NAME>", "shown to others; empty removes it")
        .addOption(
          new Option("--identity <ADDRESS>", "sip: or tel:, repeatable: all beside the IM Address")
            .argParser(collect)
            .default([]),
        )
        .option("--no-identities", "none beside the IM Address"),
    run: (ask, [name], { displayName, identity, identities }: Change) => {
      const body = {
        ...(displayName === undefined ? {} : { displayName: displayName || null }),
        ...(identity.length > 0 ? { identities: identity } : {}),
        ...(identities ? {} : { identities: [] }),
      };
      if (Object.keys(body).length === 0) throw new UsageError("change: nothing to change");
      return ask("PATCH", `/users/${part(name)}`, body);
    },
    print: (user: Answer) => [userLine(user)],
  },
  {
    name: "disconnect <name>",
    summary: "End all registrations of a user and the connections of his devices",
    run: (ask, [name]) => ask("DELETE", `/users/${part(name)}/contacts`),
  },
];

interface Change {
  readonly displayName?: string;
  readonly identity: readonly string[];
  readonly identities: boolean;
}

const deferred: readonly Verb<never>[] = [
  {
    name: "list [user]",
    summary: "List users for whom messages wait, or what waits for one, without what it says",
    run: (ask, [user]) =>
      user === undefined
        ? everyPage(ask, "/deferred", "users")
        : everyPage(ask, `/users/${part(user)}/deferred`, "messages"),
    print: (found: readonly Answer[], [user]) =>
      found.map((one) =>
        user === undefined
          ? columns(
              [one.user, 16],
              [`${one.usage.messages} messages`, 16],
              [octets(one.usage.bytes), 0],
            )
          : columns(
              [one.id, 30],
              [when(one.receivedAt), 20],
              [one.mode, 6],
              [octets(one.sizeBytes), 8],
              [one.from, 0],
            ),
      ),
  },
  {
    name: "delete <user> [id]",
    summary: "Delete one waiting message of a user, or all of them; their authors are not told",
    run: async (ask, [user, id]) => {
      const at = `/users/${part(user)}/deferred`;
      if (id !== undefined) {
        await ask("DELETE", `${at}/${part(id)}`);
        return { deleted: 1 };
      }
      return allOf(ask, at);
    },
    print: ({ deleted }: Answer) => [`deleted ${deleted}`],
  },
];

const history: readonly Verb<never>[] = [
  {
    name: "show <user>",
    summary: "Show how much of a user's conversations is kept, and how much may be",
    run: (ask, [user]) => ask("GET", `/users/${part(user)}/history`),
    print: ({ usage, quota, held }: Answer) => [
      `${usage.messages} of ${quota.messages} messages, ${octets(usage.bytes)} of ${octets(quota.bytes)}${held ? ", on hold" : ""}`,
    ],
  },
  {
    name: "hold <user>",
    summary: "Hold what is kept: nothing goes, whatever he or time would take away",
    run: (ask, [user]) => ask("PUT", `/users/${part(user)}/history-hold`),
  },
  {
    name: "release <user>",
    summary: "Let go of what is on hold",
    run: (ask, [user]) => ask("DELETE", `/users/${part(user)}/history-hold`),
  },
  {
    name: "delete <user>",
    summary: "Delete all that is kept of a user's conversations",
    run: (ask, [user]) => allOf(ask, `/users/${part(user)}/history`),
    print: ({ deleted }: Answer) => [`deleted ${deleted}`],
  },
];

const settings: readonly Verb<never>[] = [
  {
    name: "settings <user>",
    summary: "Show what a user has set for the service, by the words of `parlance settings`",
    run: (ask, [user]) => ask("GET", `/users/${part(user)}/settings`),
    print: ({ visible, offlineDelivery, history: kept, barred }: Answer) =>
      settingLines({
        barSessions: barred.sessions,
        barMessages: barred.messages,
        barFiles: barred.files,
        visible,
        pushDeferred: offlineDelivery === "push",
        keepSessions: kept.sessions,
        keepMessages: kept.messages,
      }),
  },
];

export function addAccountVerbs(admin: Command): void {
  addVerbs(
    admin.command("users").description("Accounts; `parlance users` makes and removes them."),
    users,
  );
  addVerbs(admin.command("deferred").description("Messages that wait for users."), deferred);
  addVerbs(admin.command("history").description("What is kept of conversations."), history);
  addVerbs(admin, settings);
}

async function allOf(ask: (method: string, path: string) => Promise<Answer>, path: string) {
  let deleted = 0;
  for (;;) {
    const done = await ask("DELETE", path);
    deleted += done.deleted;
    if (!done.more) return { deleted };
  }
}

function userLine({ name, address, contacts, sessions, disabled }: Answer): string {
  const state = disabled ? "locked" : contacts > 0 ? `${contacts} registered` : "away";
  const talking = sessions > 0 ? `, ${sessions} sessions` : "";
  return columns([name, 16], [address, 32], [state + talking, 0]);
}
