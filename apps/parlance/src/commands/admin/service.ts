/** `parlance admin status`, `limits`, `config`, `audit`, `drain`, `backup`, `restore`: the service itself. */
import { join, resolve } from "node:path";
import { type Command, Option } from "commander";
import { CommandError } from "../../command-error.ts";
import { examples, exitStatus, readCount, readTime } from "../options.ts";
import { type Answer, addVerbs, columns, octets, part, query, type Verb, when } from "./verb.ts";

const service: readonly Verb<never>[] = [
  {
    name: "status",
    summary: "Say how the server is: is it ready, since when, how much it has to do",
    run: async (ask) => {
      const [health, stats] = await Promise.all([ask("GET", "/health"), ask("GET", "/stats")]);
      return { ...health, stats };
    },
    print: ({ status, missing, version, domain, uptimeSeconds, memory, stats }: Answer) => [
      `${status}${missing === undefined ? "" : `: ${missing}`}; ${domain}, version ${version}, up ${uptimeSeconds} s, ${octets(memory.residentBytes)}`,
      `${stats.registeredUsers} of ${stats.users} users registered, ${stats.contacts} contacts, ${stats.sessions} sessions, ${stats.conferences} of many with ${stats.conferenceParticipants}`,
    ],
  },
  {
    name: "limits",
    summary: "List every bound, how often it was hit, and what of it is in use",
    options: (command) => command.option("--hit", "only those that were hit"),
    run: async (ask, _, { hit }: { readonly hit?: boolean }) => {
      const { limits } = await ask("GET", "/limits");
      return hit ? limits.filter(({ hits }: Answer) => hits > 0) : limits;
    },
    print: (limits: readonly Answer[]) =>
      limits.length === 0
        ? ["none was hit since the start of the server"]
        : limits.map(({ name, value, hits, used, usedIn }) => {
            const use = usedIn === undefined ? "" : `see ${usedIn}`;
            return columns(
              [name, 28],
              [String(value), 12],
              [`${hits} hits`, 12],
              [used === undefined ? use : `${used} in use`, 0],
            );
          }),
  },
  {
    name: "config [key]",
    summary: "Print the configuration that runs, without secrets, or the keys below one",
    run: async (ask, [key]) => {
      const { keys } = await ask("GET", "/config");
      const below = (path: string): boolean => path === key || path.startsWith(`${key}.`);
      const found = key === undefined ? keys : keys.filter(({ path }: Answer) => below(path));
      if (found.length === 0) throw new CommandError(`config: no key ${key}`);
      return found;
    },
    print: (keys: readonly Answer[]) =>
      keys.map(
        ({ path, value, changed }) =>
          `${changed ? "*" : " "} ${String(path)}: ${JSON.stringify(value)}`,
      ),
  },
  {
    name: "metrics",
    summary: "Print what /metrics says; with --json as JSON",
    run: async (ask) => (await ask("GET", "/metrics")).metrics,
    print: (families: readonly Answer[]) =>
      families.flatMap(({ values }) =>
        values.map(({ name, labels, value }: Answer) => {
          const told = Object.entries(labels).map(([label, of]) => `${label}=${String(of)}`);
          return columns([[name, ...told].join(" "), 56], [String(value), 0]);
        }),
      ),
  },
  {
    name: "audit",
    summary: "List what operators did, the newest first",
    options: (command) =>
      command
        .addOption(new Option("--limit <COUNT>", "so many").argParser(readCount).default(20))
        .addOption(new Option("--since <MINUTES>", "only the last so many").argParser(readTime))
        .option("--action <TEXT>", "with that in what was done")
        .option("--actor <TEXT>", "with that in who did it")
        .option("--subject <TEXT>", "with that in to whom"),
    run: async (ask, _, { since, ...filter }: AuditOptions) => {
      const from = since === undefined ? {} : { since: Math.round(Date.now() - since * 60_000) };
      const { limit, action, actor, subject } = filter;
      return (await ask("GET", `/audit${query({ limit, action, actor, subject, ...from })}`))
        .entries;
    },
    print: (entries: readonly Answer[]) =>
      entries.map(({ at, actor, action, subject, detail }) =>
        columns([when(at), 19], [actor, 22], [action, 24], [`${subject} ${detail}`, 0]),
      ),
  },
  {
    name: "drain",
    summary: "Refuse new work, and end the server in order when what is under way is over",
    options: (command) =>
      command
        .addOption(
          new Option("--patience <SECONDS>", "at most so long").argParser(readTime).default(10),
        )
        .option("--no-stop", "stay, and refuse new work"),
    run: (ask, _, { patience, stop }: { readonly patience: number; readonly stop: boolean }) =>
      ask("POST", "/drain", { patienceSeconds: patience, stop }),
    print: ({ stops }: Answer) => [stops ? "draining, and ends" : "draining"],
  },
];

interface AuditOptions {
  readonly limit: number;
  readonly since?: number;
  readonly action?: string;
  readonly actor?: string;
  readonly subject?: string;
}

const backups: readonly Verb<never>[] = [
  {
    name: "list",
    summary: "List backups, the newest first",
    run: async (ask) => (await ask("GET", "/backups")).backups,
    print: (found: readonly Answer[]) => found.map(backupLine),
  },
  {
    name: "delete <name>",
    summary: "Delete a backup",
    run: (ask, [name]) => ask("DELETE", `/backups/${part(name)}`),
  },
  {
    name: "restore <name>",
    summary: "End the server in order; its next start begins with this backup",
    run: (ask, [name]) => ask("POST", `/backups/${part(name)}/restore`),
    print: ({ restores }: Answer) => [`ends; the next start restores ${restores}`],
  },
];

const takeOne: Verb<never> = {
  name: "backup [folder]",
  summary:
    "Copy database, contents and keys while the server runs; with a folder, bring the copy there",
  run: async (ask, [folder]) => {
    const made = await ask("POST", "/backups");
    if (folder === undefined) return made;
    const { cp, mkdir } = await import("node:fs/promises");
    const there = join(resolve(folder), made.name);
    try {
      await mkdir(resolve(folder), { recursive: true, mode: 0o700 });
      await cp(made.folder, there, { recursive: true, errorOnExist: true, force: false });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new CommandError(
        `the backup is in ${made.folder}, and did not come to ${there}: ${why}`,
      );
    }
    await ask("DELETE", `/backups/${part(made.name)}`);
    return { ...made, folder: there };
  },
  print: (made: Answer) => [made.folder],
};

export function addServiceVerbs(admin: Command): void {
  addVerbs(admin, [...service, takeOne]);
  addVerbs(
    admin.command("backups").description("Backups that the server has taken of itself."),
    backups,
  );
  addRestore(admin);
}

/** Beside no server: it is what brings one back. */
function addRestore(admin: Command): void {
  admin
    .command("restore <backup>")
    .summary("put a backup in the place of a data folder, while no server runs there")
    .description(
      "Put a backup in the place of a data folder, while no server runs there. All of it is checked first; " +
        "what was there before is moved aside.",
    )
    .requiredOption("--data <FOLDER>", "the data folder")
    .option("--replace", "also where there is data already")
    .option("--json", "print what was done as JSON")
    .addHelpText(
      "after",
      [
        examples(
          "admin backup /mnt/backups",
          "admin restore /mnt/backups/parlance-20261127T220000 --data ./data",
        ),
        exitStatus("restored", "not a whole backup, data in the way, or a server that runs"),
      ].join("\n"),
    )
    .action(restore);
}

async function restore(
  backup: string,
  { data, replace = false, json }: { data: string; replace?: boolean; json?: boolean },
): Promise<void> {
  const { restoreBackup, RestoreError } = await import("@parlance/node");
  const restoring = restoreBackup(resolve(backup), resolve(data), { replace, now: new Date() });
  const { manifest, before } = await restoring.catch((error: unknown) => {
    const isFile = error instanceof Error && error.message.startsWith("ENOTDIR");
    if (isFile) throw new CommandError(`${backup} is a file: a backup is a folder`);
    if (!(error instanceof RestoreError)) throw error;
    throw new CommandError(`${error.message}${replace ? "" : hint(error.message)}`);
  });
  const { takenAt, domain, files } = manifest;
  const done = { data: resolve(data), domain, takenAt, files: files.length, before };
  const words = `restored ${domain} of ${takenAt}: ${files.length} files${before === undefined ? "" : `; what was there is in ${before}`}`;
  process.stdout.write(`${json ? JSON.stringify(done) : words}\n`);
}

function hint(why: string): string {
  return /holds data already/.test(why) ? "; --replace moves it aside" : "";
}

function backupLine({ name, takenAt, version, bytes, files }: Answer): string {
  return columns(
    [name, 26],
    [takenAt, 25],
    [`version ${version}`, 14],
    [`${files} files`, 12],
    [octets(bytes), 0],
  );
}
