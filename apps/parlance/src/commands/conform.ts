/** `parlance conform`: scenarios of OMA SIMPLE IM against any server, over the wire. */
import { type Command, Option } from "commander";
import { UsageError } from "../command-error.ts";
import { untilInterrupted } from "./account.ts";
import { collect, examples, exitStatus, readTime } from "./options.ts";

interface ConformCommand {
  readonly user: readonly string[];
  readonly password: readonly string[];
  readonly room?: string;
  readonly group?: string;
  readonly only?: string;
  readonly timeout: number;
  readonly report?: string;
  readonly json?: boolean;
  readonly list?: boolean;
}

const LIMIT_S = 30;

export function addConform(program: Command): void {
  program
    .command("conform")
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
    .option("--only <TEXT>", "only scenarios in whose IDs or title this stands")
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
        exitStatus("nothing failed", "something failed"),
      ].join("\n"),
    )
    .action(conform);
}

async function conform(target: string | undefined, options: ConformCommand): Promise<void> {
  const { scenarios } = await import("@parlance/conformance");
  const only = options.only?.toLowerCase() ?? "";
  const chosen = scenarios.filter(({ ids, title }) =>
    [...ids, title].join(" ").toLowerCase().includes(only),
  );
  if (chosen.length === 0) throw new UsageError(`conform: no scenario with "${options.only}"`);
  if (options.list) {
    for (const { ids, title } of chosen) process.stdout.write(`${ids.join(", ")}  ${title}\n`);
    return;
  }
  if (target === undefined) throw new UsageError("conform: expected a server");
  const { signal } = untilInterrupted();
  const { tryAll } = await import("../conform/try-all.ts");
  const { fullReport, resultJson, resultLine, summary } = await import("../conform/report.ts");
  const results = await tryAll(chosen, {
    server: serverUrl(target),
    accounts: accountsIn(options),
    has: {
      ...(options.room === undefined ? {} : { room: options.room }),
      ...(options.group === undefined ? {} : { group: options.group }),
    },
    limitMs: options.timeout * 1_000,
    signal,
    done: (result) =>
      process.stdout.write(`${options.json ? resultJson(result) : resultLine(result)}\n`),
  });
  if (!options.json) process.stdout.write(`\n${summary(results)}\n`);
  if (options.report !== undefined) {
    const { writeFile } = await import("node:fs/promises");
    await writeFile(options.report, fullReport(target, new Date(), results));
  }
  const failed = results.some(({ verdict }) => verdict.kind === "failed");
  process.exitCode = failed || signal.aborted ? 1 : 0;
}

interface Account {
  readonly user: string;
  readonly password: string;
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
    return { user: each, password: of };
  });
}

/** `sip:HOST:PORT` is TCP where it does not say otherwise. */
function serverUrl(target: string): string {
  const { host, transport = "tcp" } =
    /^sip:(?<host>[^;]+)(?:;transport=(?<transport>\w+))?$/i.exec(target)?.groups ?? {};
  return host === undefined ? target : `${transport.toLowerCase()}://${host}`;
}
