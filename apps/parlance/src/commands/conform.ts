/** `parlance conform`: scenarios of OMA SIMPLE IM against any server, over the wire. */
import type { Scenario } from "@parlance/conformance";
import { type Command, Option } from "commander";
import { UsageError } from "../command-error.ts";
import type { Account } from "../conform/accounts.ts";
import { idsOf } from "../conform/report.ts";
import type { Place as Tidied } from "../conform/tidy.ts";
import { knownServices } from "../service/known-services.ts";
import { imAddress, untilInterrupted } from "./account.ts";
import { withAuthority } from "./authority.ts";
import { collect, examples, exitStatus, readHttpUrl, readTime } from "./options.ts";
import { placeFor } from "./place.ts";

interface ConformCommand {
  readonly user: readonly string[];
  readonly password: readonly string[];
  readonly room?: string;
  readonly group?: string;
  readonly fileServer?: string;
  readonly only?: string;
  readonly timeout: number;
  readonly report?: string;
  readonly json?: boolean;
  readonly list?: boolean;
}

const LIMIT_S = 30;

export function addConform(program: Command): void {
  withAuthority(program.command("conform"))
    .summary("try a server against the requirements of OMA SIMPLE IM")
    .description(
      "Plays scenarios with three users of a server and says which requirements it meets. They send messages, make groups and come " +
        "into rooms: use accounts that are there for it.",
    )
    .argument("[target]", "tcp:, tls:, udp:, ws: or wss://HOST[:PORT], or sip:HOST:PORT")
    .addOption(
      new Option("-u, --user <ADDRESS>", "an account; give three of them")
        .argParser(collect)
        .default([], "none"),
    )
    .addOption(
      new Option(
        "-p, --password <PASSWORD>",
        "its password, in the order of the accounts; one holds for all, and PARLANCE_PASSWORD keeps it out of process lists",
      )
        .argParser(collect)
        .default([], "none"),
    )
    .option("--room <ADDRESS>", "a chat room that all three may come into")
    .option("--group <ADDRESS>", "a group that all three are members of")
    .addOption(
      new Option(
        "--file-server <URL>",
        "where the server keeps history, of which a run removes what it has left; known for servers that run here",
      )
        .env("PARLANCE_FILE_SERVER")
        .argParser(readHttpUrl),
    )
    .option(
      "--only <TEXT>",
      "only scenarios in whose IDs or title this stands, or of a part: pager, sessions, groups",
    )
    .addOption(
      new Option("--timeout <SECONDS>", "for one scenario").argParser(readTime).default(LIMIT_S),
    )
    .option("--report <FILE>", "write a table, and of each failure all that was said, as Markdown")
    .option("--json", "one JSON object a line: ids, title, verdict, why, tookMs")
    .option("--list", "print the scenarios, and try nothing")
    .addHelpText(
      "after",
      [
        examples(
          "conform tcp://im.example.com -u sip:t1@example.com -u sip:t2@example.com -u sip:t3@example.com -p secret",
          "conform tcp://127.0.0.1:5060 -u … -u … -u … --room sip:lobby@parlance.test --report report.md",
          "conform --list",
        ),
        "\nAt the end, and after Ctrl-C, it puts away what the scenarios have left: groups, what waits, what is kept.",
        exitStatus(
          "nothing failed",
          "something failed, an account does not get in, or interrupted",
        ),
      ].join("\n"),
    )
    .action(conform);
}

async function conform(target: string | undefined, options: ConformCommand): Promise<void> {
  const chosen = await scenariosWith(options.only);
  if (options.list) {
    for (const { ids, title } of chosen) process.stdout.write(`${idsOf(ids)}  ${title}\n`);
    return;
  }
  if (target === undefined) throw new UsageError("conform: expected a server");
  const accounts = accountsIn(options);
  const { signal } = untilInterrupted();
  const { connectingTo } = await import("../conform/accounts.ts");
  const { lookFirst } = await import("../conform/look-first.ts");
  const { Tidying } = await import("../conform/tidy.ts");
  const { tryAll } = await import("../conform/try-all.ts");
  const { fullReport, resultJson, resultLine, summary } = await import("../conform/report.ts");
  const place = placeOf(target, options, accounts);
  const way = { connect: connectingTo(place.server), limitMs: options.timeout * 1_000, signal };
  const shared = await lookFirst(accounts, way);
  warnOf(shared);
  const tidying = await Tidying.begin(place);
  const results = await tryAll(chosen, {
    ...way,
    accounts,
    has: {
      ...(options.room === undefined ? {} : { room: options.room }),
      ...(options.group === undefined ? {} : { group: options.group }),
    },
    done: (result) =>
      process.stdout.write(`${options.json ? resultJson(result) : resultLine(result)}\n`),
  });
  for (const fault of await tidying.end(way)) {
    process.stderr.write(`conform: something was left in a history: ${fault}\n`);
  }
  const over = signal.aborted ? `, interrupted before ${chosen.length - results.length}` : "";
  if (!options.json) process.stdout.write(`\n${summary(results)}${over}\n`);
  if (options.report !== undefined) {
    const { writeFile } = await import("node:fs/promises");
    await writeFile(options.report, fullReport(target, new Date(), results));
  }
  const failed = results.some(({ verdict }) => verdict.kind === "failed");
  if (failed) warnOf(shared);
  process.exitCode = failed || signal.aborted ? 1 : 0;
}

/** In whose IDs, title or part the text stands. */
async function scenariosWith(only = ""): Promise<readonly Scenario[]> {
  const { parts } = await import("@parlance/conformance");
  const chosen = Object.entries(parts).flatMap(([part, scenarios]) =>
    scenarios.filter(({ ids, title }) =>
      [part, ...ids, title].join(" ").toLowerCase().includes(only.toLowerCase()),
    ),
  );
  if (chosen.length > 0) return chosen;
  throw new UsageError(`conform: no scenario with "${only}"; --list prints all`);
}

/** What comes to them is taken, or answered, by their other devices too. */
function warnOf(shared: readonly string[]): void {
  if (shared.length === 0) return;
  process.stderr.write(
    `warning: signed in on other devices as well, which scenarios may fail for: ${shared.join(", ")}; ` +
      "devices sign-out ends that\n",
  );
}

function placeOf(
  target: string,
  { room, group, fileServer }: ConformCommand,
  accounts: readonly Account[],
): Tidied {
  const domain = accounts[0]?.user.replace(/^.*@/, "") ?? "";
  const wanted = { server: serverUrl(target), ...(fileServer === undefined ? {} : { fileServer }) };
  const found = placeFor(wanted, domain, knownServices());
  const several = `sip:conf-factory@${domain}`; // messages to more than one go there
  return { ...found, accounts, named: [room, group, several].filter((one) => one !== undefined) };
}

const PEOPLE = 3;

function accountsIn({ user, password }: ConformCommand): readonly Account[] {
  if (user.length !== PEOPLE) throw new UsageError("conform: give three accounts, --user each");
  const given = password.length === 0 ? [process.env["PARLANCE_PASSWORD"] ?? ""] : password;
  if (given.length !== 1 && given.length !== PEOPLE) {
    throw new UsageError("conform: give one --password for all, or one for each --user");
  }
  return user.map((each, at) => {
    const of = given[at] ?? given[0] ?? "";
    if (of === "") throw new UsageError("conform: no password: --password or PARLANCE_PASSWORD");
    return { user: imAddress(each), password: of };
  });
}

/** `sip:HOST:PORT` is TCP where it does not say otherwise. */
function serverUrl(target: string): string {
  const { host, transport = "tcp" } =
    /^sip:(?<host>[^;]+)(?:;transport=(?<transport>\w+))?$/i.exec(target)?.groups ?? {};
  return host === undefined ? target : `${transport.toLowerCase()}://${host}`;
}
