/** `parlance start`: runs the server until it is told to end. */
import * as paths from "node:path";
import { type Command, Option } from "commander";
import type { Configuration } from "../config/schema.ts";
import { tuneEngine } from "../service/engine.ts";
import { announceService } from "../service/known-services.ts";
import type { ListenerInfo } from "../service/listeners.ts";
import type { ServiceNode } from "../service/node.ts";
import { LOCAL_OPERATOR } from "../service/operator-client.ts";
import { collect, examples, exitStatus } from "./options.ts";
import { LOCAL_SERVICE } from "./place.ts";

interface StartCommand {
  readonly config?: string;
  readonly set?: string[];
  readonly local?: boolean;
  readonly json?: boolean;
}

/** How long requests that are under way may take to end. */
const DRAIN_MS = 10_000;

export function addStart(program: Command): void {
  program
    .command("start")
    .summary("run the server")
    .description(
      "Run the server until SIGTERM or SIGINT: it then ends in order, and at once at the second one. " +
        "When it is ready it prints a line that begins with `ready` and names its listeners.",
    )
    .option("-c, --config <FILE>", "YAML or JSON; `parlance config explain` lists the keys")
    .addOption(
      new Option("--set <KEY=VALUE>", "override a key, repeatable; the value may be JSON")
        .argParser(collect)
        .default([], "none"),
    )
    .option("--local", "the complete local service of `npm start`: users, group, room on loopback")
    .option("--json", "print the ready line with the listeners as JSON")
    .addHelpText(
      "after",
      [
        examples(
          "start --local",
          "start --config parlance.yaml --set log.level=warn",
          "start --set 'listen.sip=[\"udp://0.0.0.0:5060\"]' --set store=memory:",
        ),
        "\nEach key is also an environment variable: PARLANCE_LISTEN_SIP, PARLANCE_LOG_LEVEL.",
        exitStatus("told to end, and ended in order", "could not start, or was told twice"),
      ].join("\n"),
    )
    .action(start);
}

async function start(options: StartCommand): Promise<void> {
  tuneEngine();
  const { loadConfiguration } = await import("../config/load.ts");
  const { startNode } = await import("../service/node.ts");
  const { localService } = await import("../service/local-service.ts");
  const config = loadConfiguration({
    file: options.config,
    environment: process.env,
    set: options.set ?? [],
    ...(options.local ? { base: localService() } : {}),
  });
  const told = ended(); // from here on: who reads the ready line may answer it with a signal
  const node = await startNode(config);
  if (options.local) introduce(config, node);
  const ready = options.json
    ? ` ${JSON.stringify({ domain: config.domain, listeners: node.listeners })}`
    : "";
  const urls = options.json ? "" : ` ${node.listeners.map(({ url }) => url).join(" ")}`;
  const forget = announce(config, node.listeners);
  process.stdout.write(`ready${ready}${urls}\n`);
  const why = await Promise.race([told, node.failed, node.askedToStop]);
  forget?.();
  await node.stop(typeof why === "number" ? why : DRAIN_MS);
  if (why instanceof Error) throw why;
}

/** For commands beside it. */
function announce(
  { data, domain }: Configuration,
  listeners: readonly ListenerInfo[],
): (() => void) | undefined {
  const urls = (wanted: ListenerInfo["kind"]): readonly string[] =>
    listeners.filter(({ kind }) => kind === wanted).map(({ url }) => url);
  const [admin] = urls("admin");
  if (admin === undefined) return undefined;
  const [http] = urls("http");
  const sip = urls("sip");
  const pages = http === undefined ? {} : { http };
  return announceService({ admin, data: paths.resolve(data), domain, sip, ...pages });
}

/** SIGTERM or SIGINT; the second one does not wait. */
function ended(): Promise<void> {
  return new Promise((resolve) => {
    let told = false;
    const tell = (): void => {
      if (told) process.exit(1);
      told = true;
      resolve();
    };
    process.on("SIGTERM", tell);
    process.on("SIGINT", tell);
  });
}

/** What to try first. Passwords are shown once: when their accounts are made. */
function introduce(config: Configuration, { created, listeners }: ServiceNode): void {
  const { users, domain, data } = config;
  const made = users.filter(({ name }) => created.includes(name));
  const server = serverOption(listeners);
  const chat = (name: string, peer: string): string => {
    const password = made.find((user) => user.name === name)?.password;
    const shown = password === undefined ? "" : ` --password ${password}`;
    return `  npx parlance chat --user sip:${name}@${domain}${shown}${server} ${peer}`;
  };
  const accounts =
    made.length > 0
      ? made.map(({ name, password }) => `  ${`sip:${name}@${domain}`.padEnd(26)} ${password}`)
      : [
          "  Passwords were shown when the accounts were made.",
          `  A new one: npx parlance users passwd alice${operatorOptions(config, listeners)}`,
        ];
  const lines = [
    "",
    `Parlance serves ${domain}. Everything is kept in ${data}`,
    "",
    ...accounts,
    "",
    ...pagesOf(config, listeners),
    "Try it in two more terminals:",
    chat("alice", "bob"),
    chat("bob", "alice"),
    "",
    `A chat room is open to all of them, the Lobby, sip:lobby@${domain}: /join lobby in a terminal, and in`,
    "a browser New (+), then Join a chat room.",
    `sip:team@${domain} is a group of all four: /to team hello.`,
    "Ctrl-C ends the service.",
    "",
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** Where to look first, if there is something to be seen. */
function pagesOf(
  { web, data }: Configuration,
  listeners: readonly ListenerInfo[],
): readonly string[] {
  const page = listeners.find(({ kind }) => kind === "http")?.url;
  const admin = listeners.find(({ kind }) => kind === "admin")?.url;
  if (page === undefined || web.readyAccounts.length === 0) return [];
  return [
    `Open ${page}/ in a browser: ${web.readyAccounts.join(" and ")} are there, side by side.`,
    ...(admin === undefined
      ? []
      : [`What the server does is drawn at ${admin}/, which asks for ${data}/operator.token.`]),
    "",
  ];
}

/** What a command has to add where the listeners are not the usual ones. */
function serverOption(listeners: readonly ListenerInfo[]): string {
  const sip = listeners.filter(({ kind }) => kind === "sip").map(({ url }) => url);
  if (sip.includes(LOCAL_SERVICE)) return "";
  const [stream] = sip.filter((url) => url.startsWith("tcp:"));
  return ` --server ${stream ?? sip[0] ?? "dns"}`;
}

function operatorOptions({ data }: Configuration, listeners: readonly ListenerInfo[]): string {
  const admin = listeners.find(({ kind }) => kind === "admin")?.url ?? "";
  const where = admin === LOCAL_OPERATOR ? "" : ` --admin ${admin}`;
  return data === "./data" ? where : ` --data ${data}${where}`;
}
