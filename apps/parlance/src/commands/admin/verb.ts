/** One verb of the operator: a request to a running server, and its answer in a line or in JSON. */
import type { Command } from "commander";
import type { OperatorClient, OperatorOptions } from "../../service/operator-client.ts";
import { sayNone } from "../as-owner.ts";
import { withOperator } from "../operator.ts";
import { exitStatus } from "../options.ts";

export interface Verb<Options = object> {
  /** `end <id>` */
  readonly name: string;
  readonly summary: string;
  readonly options?: (command: Command) => Command;
  /** The answer as the API document has it; undefined where there is none. */
  readonly run: (ask: Ask, args: readonly string[], options: Options) => Promise<unknown>;
  /** For a person; without it the arguments and the verb are told. */
  readonly print?: (answer: never, args: readonly string[]) => readonly string[];
}

/** Resolves with the JSON of the answer; undefined where there is none. */
export type Ask = (method: string, path: string, body?: unknown) => Promise<Answer>;

/** By the operator API: whoever asks knows the route. */
export type Answer = ReturnType<typeof JSON.parse>;

type Common = OperatorOptions & { readonly json?: boolean };

export function addVerbs(parent: Command, verbs: readonly Verb<never>[]): void {
  for (const verb of verbs) addVerb(parent, verb);
}

function addVerb(parent: Command, verb: Verb<never>): void {
  const { name, summary, options = (command) => command, run, print } = verb;
  const command = options(withOperator(parent.command(name)).summary(summary))
    .description(`${summary}.`)
    .option("--json", "print the answer of the server as JSON")
    .addHelpText("after", exitStatus("done", "no server, or refused"));
  command.action(async () => {
    const { OperatorClient } = await import("../../service/operator-client.ts");
    const given = command.opts<Common>();
    const ask = askOf(new OperatorClient(given));
    const answer = await run(ask, command.args, given as never); // those of `options`
    if (given.json) {
      process.stdout.write(`${JSON.stringify(answer ?? { done: true })}\n`);
      return;
    }
    const lines = print?.(answer as never, command.args) ?? [
      [command.name(), ...command.args].join(" "),
    ];
    if (lines.length === 0) return sayNone("none");
    process.stdout.write(lines.map((line) => `${line}\n`).join(""));
  });
}

export function askOf(client: OperatorClient): Ask {
  return async (method, path, body) => {
    const response = await client.ask(method, path, body);
    const text = await response.text();
    return text === "" ? undefined : JSON.parse(text);
  };
}

/** A part of a path. */
export function part(text: string | undefined): string {
  return encodeURIComponent(text ?? "");
}

/** `?limit=…` of what was given. */
export function query(values: Readonly<Record<string, string | number | undefined>>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) params.set(name, String(value));
  }
  return params.size === 0 ? "" : `?${params}`;
}

/** All pages of a list, one behind the other. */
export async function everyPage(
  ask: Ask,
  path: string,
  list: string,
  values: Readonly<Record<string, string | undefined>> = {},
): Promise<Answer[]> {
  const found: Answer[] = [];
  for (let after: string | undefined; ; ) {
    const page = await ask("GET", `${path}${query({ ...values, limit: PAGE, after })}`);
    found.push(...page[list]);
    after = page.next;
    if (after === undefined) return found;
  }
}

const PAGE = 500;

/** Columns of these widths; the last one ends where it ends. */
export function columns(...cells: readonly (readonly [text: string, width: number])[]): string {
  return cells
    .map(([text, width]) => text.padEnd(width))
    .join(" ")
    .trimEnd();
}

export function when(at: number): string {
  return new Date(at).toISOString().replace("T", " ").slice(0, 19);
}

export function octets(bytes: number): string {
  if (bytes < 10_000) return `${bytes} B`;
  if (bytes < 10_000_000) return `${Math.round(bytes / 1_000)} kB`;
  return `${Math.round(bytes / 1_000_000)} MB`;
}
