/** `parlance start`: runs the server until it is told to end. */
import type { Command } from "commander";
import type { Configuration } from "../config/schema.ts";
import { tuneEngine } from "../service/engine.ts";
import type { ServiceNode } from "../service/node.ts";

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
    .description("Run the server. SIGTERM ends it in order, a second one at once.")
    .option("-c, --config <FILE>", "YAML or JSON; `parlance config explain` lists the keys")
    .option(
      "--set <KEY=VALUE>",
      "override a key, repeatable: listen.sip='[\"udp://0.0.0.0:5060\"]'",
      collect,
      [],
    )
    .option("--local", "the complete local service of `npm start`: users, group, room on loopback")
    .option("--json", "print the ready line with the listeners as JSON")
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
  const node = await startNode(config);
  if (options.local) introduce(config, node);
  const ready = options.json
    ? ` ${JSON.stringify({ domain: config.domain, listeners: node.listeners })}`
    : "";
  const urls = options.json ? "" : ` ${node.listeners.map(({ url }) => url).join(" ")}`;
  process.stdout.write(`ready${ready}${urls}\n`);
  const failure = await Promise.race([ended(), node.failed]);
  await node.stop(DRAIN_MS);
  if (failure instanceof Error) throw failure;
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
function introduce({ users, domain, data }: Configuration, { created }: ServiceNode): void {
  const made = users.filter(({ name }) => created.includes(name));
  const lines = ["", `Parlance serves ${domain}; everything is kept in ${data}`, ""];
  for (const { name, password } of made) {
    lines.push(`  sip:${name}@${domain}`.padEnd(32) + `password ${password}`);
  }
  if (made.length === 0) {
    lines.push(
      "  Passwords were shown at the first start; `npx parlance users passwd NAME` makes a new one.",
    );
  }
  const [first, second] = made;
  const show = (user: typeof first, name: string): string =>
    `  npx parlance chat --user sip:${name}@${domain} --password ${user?.password ?? "…"}`;
  lines.push(
    "",
    "Try it in two more terminals:",
    `${show(first, "alice")} bob`,
    `${show(second, "bob")} alice`,
    "",
    "A group of all four is team: npx parlance chat … team. Ctrl-C ends the service.",
    "",
  );
  process.stdout.write(`${lines.join("\n")}\n`);
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}
